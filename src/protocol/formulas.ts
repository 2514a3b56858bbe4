import { SUMMARY, UPDATE } from "./sums.ts";

/**
 * How a statistic is computed from sums over n elements: the figure a, and the figure b where it takes two. Those that are named
 * here are read in one loop over all layers; any other is a function of its own.
 */
export type Formula = NamedFormula | OwnFormula;

export interface NamedFormula {
  readonly form: Form;
  /** Which of the first sums' figures is a. */
  readonly figure: number;
}

export const FORMS = [
  "value",
  "per element",
  "root",
  "deviation",
  "root of ratio",
  "ratio of roots",
] as const;

export type Form = (typeof FORMS)[number];

/**
 * Writes the statistic to `out[to]`; the sums begin at `d[a]` and at `d[b]`. It writes, and returns nothing, since V8 would
 * allocate every number that comes back from one of many functions.
 */
export type OwnFormula = (
  d: Float64Array,
  out: Float64Array,
  to: number,
  n: number,
  a: number,
  b: number,
) => void;

// Where a gradient's figures stand, the first four of which are those of any tensor; and an update's.
const figureOf = (name: (typeof SUMMARY)[number]): number => SUMMARY.indexOf(name);
export const SUM = figureOf("sum");
export const SQUARES = figureOf("squares");
export const ZEROS = figureOf("zeros");
export const NONFINITE = figureOf("nonfinite");
export const MIN = figureOf("min");
export const MAX = figureOf("max");
export const MOVED = UPDATE.indexOf("moved");
export const WEIGHTS = UPDATE.indexOf("squares");

/** A sum; there is one wherever a formula looks. */
export const sumAt = (d: Float64Array, at: number): number => d[at] ?? NaN;

/** a */
export const value = (figure = 0): NamedFormula => ({ form: "value", figure });

/** a / n: its share of all elements, or their mean. */
export const perElement = (figure = 0): NamedFormula => ({ form: "per element", figure });

/** √a */
export const root = (figure = 0): NamedFormula => ({ form: "root", figure });

/** √(a / b) */
export const rootOfRatio: NamedFormula = { form: "root of ratio", figure: 0 };

/** √a / √b; NaN where b is 0: of nothing there is no part, and infinite is what has overflowed. */
export const ratioOfRoots = (figure = 0): NamedFormula => ({ form: "ratio of roots", figure });

/** √(a / Σ of the squares at b) of n samples: 0 where all are 0, for they are all alike; NaN where there is but one. */
export const spread: OwnFormula = (d, out, to, n, a, b) => {
  const squares = sumAt(d, b + SQUARES);
  if (n === 1) out[to] = NaN;
  else if (squares === 0) out[to] = 0;
  else out[to] = Math.min(Math.sqrt(sumAt(d, a) / squares), 1);
};

/** Population standard deviation from the sum, a, and the sum of squares behind it. */
export const deviation: NamedFormula = { form: "deviation", figure: SUM };
