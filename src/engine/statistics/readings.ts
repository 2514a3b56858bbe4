import { STATS } from "../../protocol/frame.ts";
import { type Form, type Formula, FORMS, type OwnFormula } from "../../protocol/formulas.ts";
import { STATISTICS, type Statistic, type SumsName } from "../../protocol/statistics.ts";
import type { LayerSums, Slot } from "./layerSums.ts";
import { OWN_SUMS } from "./ownSums.ts";

/** The figures of a frame, and what each is computed from. */
export interface Readings {
  readonly always: NamedReadings;
  /** Those that are computed at some steps only, with the histograms. */
  readonly sampled: NamedReadings;
  readonly own: readonly OwnReading[];
}

/** By formula, `READING` numbers for each figure: where it goes, the places of the sums a and b, and n. */
export type NamedReadings = Readonly<Record<Form, Int32Array>>;

export const READING = 4;

export interface OwnReading {
  readonly formula: OwnFormula;
  readonly to: number;
  readonly n: number;
  readonly a: Slot;
  readonly b: Slot;
  /** Computed at some steps only, with the histograms. */
  readonly sampled: boolean;
}

/** Where sums lie, and of how many elements they are. */
interface Sums {
  readonly at: Slot | undefined;
  readonly n: number;
}

/** Those of a layer by name. */
function sumsOf(layer: LayerSums): Readonly<Record<SumsName, Sums>> {
  const {
    output,
    outputSize,
    units,
    deadUnits,
    saturated,
    spread,
    samples,
    outputGradient,
    inputGradient,
    parameters,
  } = layer;
  const size = parameters?.size ?? 0;
  const own = OWN_SUMS.map(({ kernel, of }): [string, Sums] => [
    kernel,
    { at: layer.own.get(kernel), n: of === "output" ? outputSize : size },
  ]);
  return {
    output: { at: output, n: outputSize },
    spread: { at: spread, n: samples },
    deadUnits: { at: deadUnits, n: units },
    saturated: { at: saturated, n: outputSize },
    outputGradient: { at: outputGradient, n: outputSize },
    inputGradient: { at: inputGradient?.squares, n: 0 },
    gradient: { at: parameters?.gradient, n: size },
    update: { at: parameters?.gradient === undefined ? undefined : parameters.update, n: size },
    weights: { at: parameters?.gradient === undefined ? undefined : parameters.squares, n: size },
    ...Object.fromEntries(own),
  };
}

/** All figures of a frame that these sums give. Throws where a statistic names sums that nobody takes. */
export function readingsOf(layers: readonly LayerSums[]): Readings {
  const all = layers.flatMap((layer, row) => {
    const sums = sumsOf(layer);
    return STATISTICS.flatMap((statistic, column) => {
      const of = statistic.of.map((name) => found(sums, statistic, name));
      const [a, b = a] = of.map(({ at }) => at);
      const to = row * STATS.length + column;
      if (a === undefined || b === undefined) return [];
      return [{ formula: statistic.formula, to, n: of[0].n, a, b, sampled: isSampled(statistic, layer) }];
    });
  });
  return {
    always: named(all.filter(({ sampled }) => !sampled)),
    sampled: named(all.filter(({ sampled }) => sampled)),
    own: all.flatMap(({ formula, ...reading }) =>
      typeof formula === "function" ? [{ formula, ...reading }] : [],
    ),
  };
}

/** Whether it is computed at some steps only. */
const isSampled = ({ of }: Statistic, { inputGradient }: LayerSums): boolean =>
  of.includes("spread") || (of.includes("inputGradient") && inputGradient?.sampled === true);

/** Those of these that have a named formula. */
function named(
  readings: readonly (Omit<OwnReading, "formula"> & { readonly formula: Formula })[],
): NamedReadings {
  const of = (form: Form): Int32Array =>
    Int32Array.from(
      readings.flatMap(({ formula, to, a, b, n }) =>
        typeof formula !== "function" && formula.form === form ? [to, a + formula.figure, b, n] : [],
      ),
    );
  return Object.fromEntries(FORMS.map((form) => [form, of(form)])) as NamedReadings;
}

function found(sums: Readonly<Record<SumsName, Sums>>, { column }: Statistic, name: SumsName = ""): Sums {
  const named = Object.hasOwn(sums, name) ? sums[name] : undefined;
  if (!named) {
    throw new Error(`${column} is computed from "${name}": no kernel of that name takes sums of a layer`);
  }
  return named;
}
