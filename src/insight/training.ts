import { rangeOf, spanOf } from "../protocol/buckets.ts";
import type { History } from "../protocol/history.ts";
import { courseOf } from "../protocol/kept.ts";

/** What the loss says of a run so far. */
export type Training =
  /** Too few steps to tell. */
  | "early"
  /** It has fallen clearly, and still falls or is next to nothing. */
  | "trains"
  /** It has not fallen clearly, or has come to rest. */
  | "stuck";

/** Frames before which nothing is judged. */
export const JUDGED_FROM = 20;

/** Parts of the loss: what counts as a clear fall since the first step, what as rest since half time, what as next to nothing. */
const [FALL, REST, NOTHING] = [0.1, 0.05, 0.1] as const;

/** Steps of the window: a fifth of the run. */
const [SHORTEST, LONGEST] = [5, 40] as const;

export interface Course {
  readonly training: Training;
  /** The loss of the first step, and its mean over the last ones. */
  readonly first: number;
  readonly now: number;
}

/**
 * Whether the model trains: its mean loss over the window of the last steps is at least a tenth, and two standard errors of a difference, below the
 * first, and either it has also fallen since half of the steps (by 5 % and two standard errors of the difference) or it is below a tenth of the first.
 * What the best constant prediction would cost is not known, so that a loss on its way down to that counts as training until
 * it comes to rest there.
 */
export function courseOfLoss({
  first,
  recent,
  tally,
  course,
}: Pick<History, "first" | "recent" | "tally" | "course">): Course {
  const start = first[0]?.loss ?? NaN;
  const size = Math.min(LONGEST, Math.max(SHORTEST, Math.floor(tally.frames / 5)));
  const { mean, error } = statistics(recent.slice(-size).map(({ loss }) => loss));
  const known = { first: start, now: mean };
  if (tally.frames < JUDGED_FROM) return { ...known, training: "early" };
  const falls = (from: number, part: number): boolean =>
    from - mean > Math.max(part * Math.abs(from), 2 * Math.SQRT2 * error);
  const goesOn =
    falls(atHalfTime(course, tally.step, size), REST) || Math.abs(mean) < NOTHING * Math.abs(start);
  return { ...known, training: falls(start, FALL) && goesOn ? "trains" : "stuck" };
}

/** The mean loss of the window that ended when half of the steps were made: over the buckets that reach into it. */
function atHalfTime({ buckets }: History["course"], step: number, size: number): number {
  const half = step / 2;
  const window = buckets.filter((bucket) => spanOf(bucket).to > half - size && spanOf(bucket).from <= half);
  const ranges = window.map((bucket) => rangeOf(bucket, courseOf("loss"))).filter(({ finite }) => finite > 0);
  const frames = ranges.reduce((sum, { finite }) => sum + finite, 0);
  return ranges.reduce((sum, { mean, finite }) => sum + mean * finite, 0) / frames;
}

/** Mean and its standard error, of the finite values. */
function statistics(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((sum, x) => sum + x, 0) / finite.length;
  const variance = finite.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, finite.length - 1);
  return { mean, error: Math.sqrt(variance / finite.length) };
}
