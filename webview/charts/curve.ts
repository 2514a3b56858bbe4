import { coarser, rangeOf, spanOf, type Bucket, type Span } from "../../src/protocol/buckets.ts";
import type { History } from "../../src/protocol/history.ts";
import { count } from "../../src/insight/format.ts";
import type { Point } from "./chart.ts";
import { MOST_POINTS } from "./overSteps.ts";

/**
 * A figure over all steps as a line that leaves nothing out: of each bucket its first value, both extremes and the last. So
 * every spike is drawn, and from one bucket to the next the line goes by one step only; it is broken where steps between
 * two frames are missing, and where a figure is not finite.
 */
export function curveOf(history: History, figure: number, most = MOST_POINTS): readonly Point[] {
  const { tally } = history;
  let before: Span | undefined;
  return coursesOf(history, most / POINTS).flatMap((bucket) => {
    const span = spanOf(bucket);
    const points = pointsOf(bucket, span, figure);
    const broken = before && isGap(before, span, tally.interval) ? [{ x: before.to, y: NaN }] : [];
    before = span;
    return [...broken, ...points];
  });
}

/** Points that a bucket is drawn with, at most. */
const POINTS = 4;

/** Points that each of so many lines may have. */
export const budgetOf = (lines: number): number => Math.max(64, MOST_POINTS / lines);

/** The buckets of a run, joined until they are at most so many; none of them is left out. */
export function coursesOf({ course }: History, most: number): readonly Bucket[] {
  let level = course;
  while (level.buckets.length > most) level = coarser(level, 2 * level.stride);
  return level.buckets;
}

/** What a chart says of steps that share a place, and of what else it leaves out. */
export function noteOf(history: History, most: number, more?: string): { readonly note?: string } {
  const [bucket] = coursesOf(history, most / POINTS);
  const { from, to } = bucket ? spanOf(bucket) : { from: 1, to: 1 };
  const joined =
    to > from ? `first, least, greatest and last of every ${count(to - from + 1)} steps` : undefined;
  const note = [joined, more].filter((one) => one !== undefined).join("; ");
  return note === "" ? {} : { note };
}

function pointsOf(bucket: Bucket, { from, to, frames }: Span, figure: number): readonly Point[] {
  const { first, last, min, max } = rangeOf(bucket, figure);
  if (frames === 1) return [{ x: to, y: drawn(last) }];
  const x = (from + to) / 2;
  const extremes = (first > last ? [max, min] : [min, max]).filter((y) => y !== first && y !== last);
  return [{ x: from, y: drawn(first) }, ...extremes.map((y) => ({ x, y })), { x: to, y: drawn(last) }];
}

const drawn = (y: number): number => (Number.isFinite(y) ? y : NaN);

/** Whether frames are further apart than those of this run usually are. */
export const isGap = (before: Span, next: Span, interval: number): boolean =>
  next.from - before.to > interval;

/** The bucket that covers a step, or the latest. */
export const bucketAt = ({ course: { buckets } }: History, x = Infinity): Bucket | undefined =>
  buckets.find((bucket) => spanOf(bucket).to >= x) ?? buckets.at(-1);

/** `step`, `7`, or `steps`, `1,025 to 2,048`. */
export const stepsOf = ({ from, to }: Span): readonly [noun: string, which: string] =>
  from === to ? ["step", count(to)] : ["steps", `${count(from)} to ${count(to)}`];

/** Which steps a row of a table is of, and how many of them gave it figures. */
export const SPAN_COLUMNS = ["first_step", "last_step", "steps", "non_finite"] as const;

export function spanRow(bucket: Bucket): readonly number[] {
  const { from, to, frames, broken } = spanOf(bucket);
  return [from, to, frames, broken];
}
