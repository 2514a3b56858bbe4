import type { Candidate } from "./candidates.ts";

/** How a candidate did, as far as it was run. */
export interface Measure {
  /** Its loss as a part of that of the best constant prediction; ∞ where it is not finite. */
  readonly relative: number;
  /** It has learned something, and nothing was found that keeps it from training. */
  readonly well: boolean;
  /** Something is wrong by construction: it is never ranked, however low its loss. */
  readonly barred: boolean;
}

export interface Ranked<M extends Measure> {
  readonly candidate: Candidate;
  /** Of one seed after the other. */
  readonly measures: readonly M[];
}

/** What is left to learn is next to nothing, as a part of what a constant prediction costs. */
export const TRAINED = 0.01;

/** The loss of a model that has clearly learned; above it more fixes are tried. */
const GOOD = 0.25;

/** A loss below this, to which two candidates come that differ, within a twentieth, is what the data allow. */
const LIMIT = 0.5;

/** Between these nothing has been learned yet: candidates cannot be told apart, and the more promising go first. */
export const [NOTHING, WORSE] = [0.9, 1.15] as const;

/** A fix more has to earn its place: so much lower the loss has to be. */
const PRICE = 1.1;

/** One model is called better than another whose loss is a twentieth higher. */
const CLEARLY = 0.95;

export const isGood = (ranked: Ranked<Measure> | undefined): boolean =>
  ranked !== undefined && lossOf(ranked) < GOOD && isWell(ranked);

const isWell = ({ measures }: Ranked<Measure>): boolean => measures.every(({ well }) => well);

/** Nothing more is to be had: the best has learned what there is, or the data hold no more. */
export const isEnough = ([first, second]: readonly Ranked<Measure>[]): boolean =>
  isGood(first) ||
  (first !== undefined &&
    second !== undefined &&
    isWell(first) &&
    lossOf(second) < LIMIT &&
    lossOf(first) > CLEARLY * lossOf(second));

export const lossOf = ({ measures: [first] }: Ranked<Measure>): number =>
  first === undefined || first.barred ? Infinity : comparable(first);

/** A loss that is not a number is no good one, and neither is one below 0: that is of a loss function that is given nonsense. */
export const comparable = ({ relative }: Measure): number => (relative >= 0 ? relative : Infinity);

/** The lower loss first; of two that have next to nothing left to learn, or hardly differ, the one with fewer fixes. */
export const byLoss = (a: Ranked<Measure>, b: Ranked<Measure>): number => priced(a) - priced(b);

/** Indexes of candidates that have not been run to the end, the most promising first; those that cannot go on are left out. */
export const byPromise = (measures: readonly Measure[]): readonly number[] =>
  measures
    .map((measure, index) => ({ index, promise: promiseOf(measure) }))
    .filter(({ promise }) => promise < Infinity)
    .sort((a, b) => a.promise - b.promise)
    .map(({ index }) => index);

function promiseOf(measure: Measure): number {
  const loss = measure.barred ? Infinity : comparable(measure);
  return loss > NOTHING && loss < WORSE ? 1 : Math.max(loss, TRAINED);
}

/** In steps of a twentieth: what lies closer together is equal, and the more promising goes first. */
const priced = (ranked: Ranked<Measure>): number =>
  Math.round(
    Math.log(Math.max(lossOf(ranked), TRAINED) * PRICE ** ranked.candidate.fixes.length) / -Math.log(CLEARLY),
  );

export const isBetter = (a: Measure, b: Measure): boolean =>
  !a.barred && comparable(a) < (Number.isFinite(comparable(b)) ? CLEARLY * comparable(b) : Infinity);

/** Well in every seed, and in none much worse than in the first. */
export const isSteady = (measures: readonly Measure[]): boolean =>
  measures.every(({ well }) => well) && worstOf(measures) < Math.max(GOOD, 2 * worstOf(measures.slice(0, 1)));

export const worstOf = (measures: readonly Measure[]): number => Math.max(...measures.map(comparable));
