import type { FixName } from "../../protocol/fixNames.ts";
import type { TrialStage } from "../../protocol/trials.ts";
import {
  byLoss,
  byPromise,
  comparable,
  isBetter,
  isEnough,
  isGood,
  isSteady,
  lossOf,
  type Measure,
  NOTHING,
  type Ranked,
  TRAINED,
  worstOf,
} from "./ranking.ts";
import {
  adamMove,
  type Candidate,
  distinct,
  type Fault,
  fitTogether,
  isRate,
  mended,
  type Move,
  moved,
  namedRates,
  rateMove,
  retimed,
  structures,
  unchanged,
} from "./candidates.ts";

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

export interface Outcome<M extends Measure> {
  readonly original: readonly M[];
  /** All that were run to the end, the best first. */
  readonly finalists: readonly Ranked<M>[];
  /** Better than the original in every seed. */
  readonly best: Ranked<M> | undefined;
}

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

/** The rate with which most models learn under Adam, and the one that gates that begin closed need to open in few steps. */
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
    ...singles.flatMap((move) => [[move], [move, RATE], ...(move.name === "gru" ? [[move, FAST]] : [])]),
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
    left = varied(
      order.flatMap((i) => left[i] ?? []),
      least > NOTHING ? most : keep,
    );
  }
  if (left.length === 0) return [];
  const measures: readonly M[] = yield { stage, candidates: left, keep: 0, share: 1, seed: 0 };
  return left
    .map((candidate, i) => ({ candidate, measures: measures.slice(i, i + 1) }))
    .filter((ranked) => lossOf(ranked) < Infinity)
    .sort(byLoss);
}

/**
 * So many of the candidates, the most promising first; but half of the places go to those that have nothing in common with the first, but
 * for rates and what all have: what learns fast at the beginning need not get furthest.
 */
function varied(candidates: readonly Candidate[], count: number): readonly Candidate[] {
  const isCommon = (name: FixName): boolean => candidates.every((one) => has(one, name));
  const marks =
    candidates[0]?.fixes.map(({ name }) => name).filter((name) => !isRate(name) && !isCommon(name)) ?? [];
  const others = candidates.filter((one) => !marks.some((name) => has(one, name)));
  const reserved = marks.length === 0 ? [] : others.slice(0, Math.floor(count / 2));
  const first = candidates.filter((one) => !reserved.includes(one)).slice(0, count - reserved.length);
  return candidates.filter((one) => first.includes(one) || reserved.includes(one));
}

const has = ({ fixes }: Candidate, name: FixName): boolean => fixes.some((fix) => fix.name === name);

/** A rate with which one seed learns and another does not is too high: it is tried so many times lower. */
const SLOWER: readonly Move[] = [rateMove(0.3), rateMove(0.1)];

/**
 * The best finalist that is better than the original in every seed, one that does well in all before one that does not. Where none
 * does well in all, the first is tried with lower rates.
 */
function* verified<M extends Measure>(
  { text, model, original }: Start<M>,
  pool: readonly Ranked<M>[],
): Search<Outcome<M>, M> {
  const originals = [original];
  const asked: Ranked<M>[] = [];
  function* ask(ranked: readonly Ranked<M>[]): Search<boolean, M> {
    for (const {
      candidate,
      measures: [own],
    } of ranked) {
      if (!own || !isBetter(own, original)) return false;
      const measures = [own];
      for (const [i, seed] of SEEDS.entries()) {
        const isNew = originals.length === i + 1;
        const candidates = [candidate, ...(isNew ? [unchanged(text)] : [])];
        const [measure, other] = yield { stage: "seeds", candidates, keep: 0, share: 1, seed };
        if (measure) measures.push(measure);
        if (other) originals.push(other);
      }
      asked.push({ candidate, measures });
      if (isSteady(measures)) return true;
    }
    return false;
  }
  let all = pool;
  const isFound = yield* ask(pool.slice(0, VERIFIED));
  const [lucky] = asked;
  if (!isFound && lucky) {
    const slower = SLOWER.map((move) => retimed(lucky.candidate, model, move));
    const tried = new Set([text, ...asked.map(({ candidate }) => candidate.text)]);
    const more = yield* halved<M>("rates", distinct(slower, tried));
    const others = pool.filter(({ candidate }) => more.every((one) => one.candidate.text !== candidate.text));
    all = [...others, ...more].sort(byLoss);
    yield* ask(more);
  }
  const proven = asked.filter(({ measures }) =>
    measures.every((measure, i) => isBetter(measure, originals[i] ?? original)),
  );
  const steady = proven.find(({ measures }) => isSteady(measures));
  const best = steady ?? proven.toSorted((a, b) => worstOf(a.measures) - worstOf(b.measures))[0];
  const finalists = all.map(
    (ranked) => asked.find(({ candidate }) => candidate === ranked.candidate) ?? ranked,
  );
  return { original: originals, finalists, best };
}
