import type { TrialStage } from "../../protocol/trials.ts";
import {
  adamMove,
  type Candidate,
  distinct,
  type Fault,
  fitTogether,
  mended,
  type Move,
  moved,
  namedRates,
  rateMove,
  retimed,
  structures,
  unchanged,
} from "./candidates.ts";

/** How a candidate did, as far as it was run. */
export interface Measure {
  /** Its loss as a part of that of the best constant prediction; ∞ where it is not finite. */
  readonly relative: number;
  /** It has learned something, and nothing was found that keeps it from training. */
  readonly well: boolean;
  /** Something is wrong by construction: it is never ranked, however low its loss. */
  readonly barred: boolean;
}

/** What the search wants to know next: how each candidate does after so large a share of its steps. */
export interface Ask {
  readonly stage: TrialStage;
  readonly candidates: readonly Candidate[];
  /** Only so many are asked for again, by `byPromise`. */
  readonly keep: number;
  readonly share: number;
  /** Added to the model's own seed. */
  readonly seed: number;
}

export interface Start<M extends Measure> {
  readonly text: string;
  readonly model: string;
  readonly faults: readonly Fault[];
  /** How the model does as it is. */
  readonly original: M;
}

export interface Ranked<M extends Measure> {
  readonly candidate: Candidate;
  /** Of one seed after the other. */
  readonly measures: readonly M[];
}

export interface Outcome<M extends Measure> {
  readonly original: readonly M[];
  /** All that were run to the end, the best first. */
  readonly finalists: readonly Ranked<M>[];
  /** Better than the original in every seed. */
  readonly best: Ranked<M> | undefined;
}

/** What is left to learn is next to nothing, as a part of what a constant prediction costs. */
const TRAINED = 0.01;

/** The loss of a model that has clearly learned; above it more fixes are tried. */
const GOOD = 0.25;

/** A loss below this, to which two candidates come that differ, within a twentieth, is what the data allow. */
const LIMIT = 0.7;

/** Between these nothing has been learned yet: candidates cannot be told apart, and the more promising go first. */
const [NOTHING, WORSE] = [0.9, 1.15] as const;

/** A fix more has to earn its place: so much lower the loss has to be. */
const PRICE = 1.1;

/** One model is called better than another whose loss is a twentieth higher. */
const CLEARLY = 0.95;

/** Fixes that are tried one by one at first, and those that are tried in pairs. */
const [SINGLE, PAIRED] = [10, 4] as const;

/** Shares of the steps, and how many go on from there: more where nothing tells them apart yet. */
const ROUNDS = [
  { share: 0.1, keep: 6, most: 15 },
  { share: 0.3, keep: 2, most: 8 },
  { share: 0.6, keep: 2, most: 3 },
] as const;

/** Finalists whose seeds are tried, at most, until one does well in all. */
const VERIFIED = 3;
const SEEDS = [1, 2] as const;

type Search<T, M extends Measure> = Generator<Ask, T, readonly M[]>;

/**
 * Looks for the fixes after which the model does best: by successive halving, then with a choice of rates for the best, then,
 * unless that has learned, with more fixes on top of it; what is found has to be better in three seeds. Knows nothing of how a
 * candidate is run, and depends on the measures alone.
 */
export function* search<M extends Measure>(start: Start<M>): Search<Outcome<M>, M> {
  const { text, model, faults } = start;
  const known = new Set([text]);
  const pool: Ranked<M>[] = [];
  const add = (more: readonly Ranked<M>[]): void => {
    pool.push(...more);
    pool.sort(byLoss);
  };
  const bases = mended(unchanged(text), model, faults);
  add(yield* halved<M>("fixes", firstOnes(bases, model, faults, known)));
  add(yield* ratesOf(pool, model, known));
  for (let more = 0; more < 2 && !(more === 0 ? isGood(pool[0]) : isEnough(pool)); more++) {
    const best = pool[0]?.candidate ?? bases[0];
    if (!best) break;
    const before = pool[0];
    add(yield* halved<M>("more fixes", furtherOnes(best, model, faults, known)));
    if (pool[0] === before) break;
    add(yield* ratesOf(pool, model, known));
  }
  return yield* verified(start, pool);
}

const isGood = (ranked: Ranked<Measure> | undefined): boolean =>
  ranked !== undefined && lossOf(ranked) < GOOD && isWell(ranked);

const isWell = ({ measures }: Ranked<Measure>): boolean => measures.every(({ well }) => well);

/** Nothing more is to be had: the best has learned what there is, or the data hold no more. */
const isEnough = ([first, second]: readonly Ranked<Measure>[]): boolean =>
  isGood(first) ||
  (first !== undefined &&
    second !== undefined &&
    isWell(first) &&
    lossOf(second) < LIMIT &&
    lossOf(first) > CLEARLY * lossOf(second));

const lossOf = ({ measures: [first] }: Ranked<Measure>): number =>
  first === undefined || first.barred ? Infinity : comparable(first);

/** A loss that is not a number is no good one, and neither is one below 0: that is of a loss function that is given nonsense. */
const comparable = ({ relative }: Measure): number => (relative >= 0 ? relative : Infinity);

/** The lower loss first; of two that have next to nothing left to learn, or hardly differ, the one with fewer fixes. */
const byLoss = (a: Ranked<Measure>, b: Ranked<Measure>): number => priced(a) - priced(b);

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

/** The rate with which most models learn under Adam, and the one that gates need to open in few steps. */
const [RATE, FAST] = [adamMove(3e-3), adamMove(5e-2)] as const;

/** Each fix by itself and with Adam; the rates that findings name, and a few more; the first fixes in pairs. */
function firstOnes(
  bases: readonly Candidate[],
  model: string,
  faults: readonly Fault[],
  known: Set<string>,
): readonly Candidate[] {
  const [base] = bases;
  if (!base) return [];
  const all = structures(faults).filter((move) => moved(base, model, [move]));
  const singles = all.slice(0, SINGLE);
  const paired = all.slice(0, PAIRED);
  const rates = [
    ...namedRates(faults),
    RATE,
    FAST,
    adamMove(1e-2),
    rateMove(0.1),
    rateMove(0.01),
    rateMove(10),
  ];
  const pairs = paired.flatMap((a, i) =>
    paired.slice(i + 1).flatMap((b) => (fitTogether(a, b) ? [[a, b] as const] : [])),
  );
  const lists: readonly (readonly Move[])[] = [
    ...singles.flatMap((move) => [[move], [move, RATE], ...(isCell(move) ? [[move, FAST]] : [])]),
    ...rates.map((move) => [move]),
    ...pairs.map((pair) => [...pair, RATE]),
  ];
  return distinct(
    [
      ...bases,
      ...bases.slice(1).map((other) => moved(other, model, [RATE])),
      ...lists.map((moves) => moved(base, model, moves)),
    ],
    known,
  );
}

const isCell = ({ name }: Move): boolean => name === "gru" || name === "lstm";

/** What is not in the best candidate yet, on top of it. */
const furtherOnes = (
  best: Candidate,
  model: string,
  faults: readonly Fault[],
  known: Set<string>,
): readonly Candidate[] =>
  distinct(
    structures(faults)
      .filter(({ name }) => best.fixes.every((fix) => fix.name !== name))
      .map((move) => moved(best, model, [move])),
    known,
  ).slice(0, SINGLE);

const RATES: readonly Move[] = [adamMove(1e-2), adamMove(2e-2), adamMove(1e-3), rateMove(5), rateMove(0.2)];

/** The best candidate with other rates; the two best where neither has learned. */
function* ratesOf<M extends Measure>(
  pool: readonly Ranked<M>[],
  model: string,
  known: Set<string>,
): Search<Ranked<M>[], M> {
  const [first] = pool;
  if (!first || lossOf(first) < 2 * TRAINED) return [];
  const winners = pool.slice(0, isGood(first) ? 1 : 2);
  const candidates = winners.flatMap(({ candidate }) => RATES.map((move) => retimed(candidate, model, move)));
  return yield* halved<M>("rates", distinct(candidates, known));
}

/** The two best of the candidates, run to the end. */
function* halved<M extends Measure>(
  stage: TrialStage,
  candidates: readonly Candidate[],
): Search<Ranked<M>[], M> {
  let left = candidates;
  for (const { share, keep, most } of ROUNDS) {
    if (left.length <= keep) continue;
    const measures: readonly M[] = yield { stage, candidates: left, keep: most, share, seed: 0 };
    const order = byPromise(measures);
    const least = Math.min(...measures.map(comparable));
    left = order.slice(0, least > NOTHING ? most : keep).flatMap((i) => left[i] ?? []);
  }
  if (left.length === 0) return [];
  const measures: readonly M[] = yield { stage, candidates: left, keep: 0, share: 1, seed: 0 };
  return left
    .map((candidate, i) => ({ candidate, measures: measures.slice(i, i + 1) }))
    .filter((ranked) => lossOf(ranked) < Infinity)
    .sort(byLoss);
}

/** The best finalist that is better than the original in every seed, one that does well in all before one that does not. */
function* verified<M extends Measure>(
  { text, original }: Start<M>,
  pool: readonly Ranked<M>[],
): Search<Outcome<M>, M> {
  const originals = [original];
  const asked: Ranked<M>[] = [];
  for (const ranked of pool.slice(0, VERIFIED)) {
    const [own] = ranked.measures;
    if (!own || !isBetter(own, original)) break;
    const measures = [own];
    for (const [i, seed] of SEEDS.entries()) {
      const isNew = originals.length === i + 1;
      const candidates = [ranked.candidate, ...(isNew ? [unchanged(text)] : [])];
      const [measure, other] = yield { stage: "seeds", candidates, keep: 0, share: 1, seed };
      if (measure) measures.push(measure);
      if (other) originals.push(other);
    }
    asked.push({ candidate: ranked.candidate, measures });
    if (isSteady(measures)) break;
  }
  const proven = asked.filter(({ measures }) =>
    measures.every((measure, i) => isBetter(measure, originals[i] ?? original)),
  );
  const steady = proven.find(({ measures }) => isSteady(measures));
  const best = steady ?? proven.toSorted((a, b) => worstOf(a.measures) - worstOf(b.measures))[0];
  const finalists = pool.map(
    (ranked) => asked.find(({ candidate }) => candidate === ranked.candidate) ?? ranked,
  );
  return { original: originals, finalists, best };
}

const isBetter = (a: Measure, b: Measure): boolean =>
  !a.barred && comparable(a) < (Number.isFinite(comparable(b)) ? CLEARLY * comparable(b) : Infinity);

/** Well in every seed, and in none much worse than in the first. */
const isSteady = (measures: readonly Measure[]): boolean =>
  measures.every(({ well }) => well) && worstOf(measures) < Math.max(GOOD, 2 * worstOf(measures.slice(0, 1)));

const worstOf = (measures: readonly Measure[]): number => Math.max(...measures.map(comparable));
