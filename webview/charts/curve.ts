import { t } from "../../src/l10n/translate.ts";
import {
  halved,
  merged,
  rangeOf,
  spanOf,
  type Bucket,
  type Level,
  type Range,
  type Span,
} from "../../src/protocol/buckets.ts";
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
  const points: Point[] = [];
  let before: Span | undefined;
  for (const bucket of bucketsOf(history, most / POINTS)) {
    const span = spanOf(bucket);
    if (before && isGap(before, span, history.tally.interval)) points.push({ x: before.to, y: NaN });
    points.push(...pointsOf(bucket, figure));
    before = span;
  }
  return points;
}

/** Points that a bucket is drawn with, at most. */
const POINTS = 4;

/** Points that each of so many lines may have. */
export const budgetOf = (lines: number): number => Math.max(64, MOST_POINTS / lines);

/** The buckets of a run, neighbours merged until they are at most so many: each has a place of a chart. None of them is left out. */
export function bucketsOf({ course }: History, most: number): readonly Bucket[] {
  let level = course;
  while (level.buckets.length > most) level = wider(level);
  return level.buckets;
}

/** Buckets never change, and of a run that goes on all but the last are those that there were: each pair is merged once. */
const [levels, merges] = [
  new WeakMap<Level, Level>(),
  new WeakMap<Bucket, { readonly next: Bucket; readonly both: Bucket }>(),
];

function wider(level: Level): Level {
  const known = levels.get(level) ?? halved(level, mergedOnce);
  levels.set(level, known);
  return known;
}

function mergedOnce(a: Bucket, b: Bucket): Bucket {
  const known = merges.get(a);
  if (known?.next === b) return known.both;
  const both = merged(a, b);
  merges.set(a, { next: b, both });
  return both;
}

/** What a chart says of steps that share a place, and of what else it leaves out. */
export function noteOf(history: History, most: number, more?: string): { readonly note?: string } {
  const [bucket] = bucketsOf(history, most / POINTS);
  const { from, to } = bucket ? spanOf(bucket) : { from: 1, to: 1 };
  const joined =
    to > from ? t`first, least, greatest and last of every ${count(to - from + 1)} steps` : undefined;
  const note = [joined, more].filter((one) => one !== undefined).join("; ");
  return note === "" ? {} : { note };
}

const pointsKnown = new WeakMap<Bucket, Map<number, readonly Point[]>>();

function pointsOf(bucket: Bucket, figure: number): readonly Point[] {
  const known = pointsKnown.get(bucket) ?? new Map<number, readonly Point[]>();
  pointsKnown.set(bucket, known);
  const some = known.get(figure) ?? newPoints(rangeOf(bucket, figure), spanOf(bucket));
  known.set(figure, some);
  return some;
}

function newPoints({ first, last, min, max }: Range, { from, to, frames }: Span): readonly Point[] {
  const end = { x: to, y: drawn(last) };
  if (frames === 1) return [end];
  const x = (from + to) / 2;
  const extremes = (first > last ? [max, min] : [min, max]).filter((y) => y !== first && y !== last);
  return [{ x: from, y: drawn(first) }, ...extremes.map((y) => ({ x, y })), end];
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
  from === to ? [t`step`, count(to)] : [t`steps`, t`${count(from)} to ${count(to)}`];

/** Which steps a row of a table is of, and how many of them gave it figures. */
export const SPAN_COLUMNS = ["first_step", "last_step", "steps", "non_finite"] as const;

export function spanRow(bucket: Bucket): readonly number[] {
  const { from, to, frames, broken } = spanOf(bucket);
  return [from, to, frames, broken];
}
