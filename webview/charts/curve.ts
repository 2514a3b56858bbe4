import { t } from "../../src/l10n/translate.ts";
import {
  lastStep,
  placeOf,
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
  for (const stretch of stretchesOf(history, most / POINTS)) {
    const span = spanOver(stretch);
    if (before && isGap(before, span, history.tally.interval)) points.push({ x: before.to, y: NaN });
    addPoints(points, rangeOver(stretch, figure), span);
    before = span;
  }
  return points;
}

/** Points that a stretch is drawn with, at most. */
const POINTS = 4;

/** Points that each of so many lines may have. */
export const budgetOf = (lines: number): number => Math.max(64, MOST_POINTS / lines);

/** Buckets that follow each other and share a place of a chart. */
export type Stretch = readonly [Bucket, ...Bucket[]];

/** The buckets of a run, taken together until they are at most so many stretches; none of them is left out. */
export function stretchesOf({ course }: History, most: number): readonly Stretch[] {
  const known = stretches.get(course) ?? new Map<number, readonly Stretch[]>();
  stretches.set(course, known);
  const some = known.get(most) ?? newStretches(course, most);
  known.set(most, some);
  return some;
}

/** Histories never change, and several lines go along the same stretches. */
const stretches = new WeakMap<Level, Map<number, readonly Stretch[]>>();

function newStretches({ buckets, stride }: Level, most: number): readonly Stretch[] {
  let width = stride;
  for (let count = buckets.length; count > most; count = Math.ceil(count / 2)) width *= 2;
  const all: [Bucket, ...Bucket[]][] = [];
  for (const bucket of buckets) {
    const last = all.at(-1);
    if (last && placeOf(lastStep(last[0]), width) === placeOf(lastStep(bucket), width)) last.push(bucket);
    else all.push([bucket]);
  }
  return all;
}

export function spanOver(stretch: Stretch): Span {
  const { from } = spanOf(stretch[0]);
  let { to, frames, clipped, broken } = spanOf(stretch[0]);
  for (let i = 1; i < stretch.length; i++) {
    const span = spanOf(stretch[i] ?? stretch[0]);
    to = span.to;
    frames += span.frames;
    clipped += span.clipped;
    broken += span.broken;
  }
  return { from, to, frames, clipped, broken };
}

/** One figure of a stretch. */
export function rangeOver(stretch: Stretch, figure: number): Range {
  let [first, last, min, max, sum, finite] = [NaN, NaN, NaN, NaN, 0, 0];
  stretch.forEach((bucket, i) => {
    const range = rangeOf(bucket, figure);
    if (i === 0) first = range.first;
    last = range.last;
    if (range.finite === 0) return;
    // Comparisons that NaN, which stands there before the first, lets through.
    if (!(min <= range.min)) min = range.min;
    if (!(max >= range.max)) max = range.max;
    sum += range.mean * range.finite;
    finite += range.finite;
  });
  return { first, last, min, max, mean: sum / finite, finite };
}

/** What a chart says of steps that share a place, and of what else it leaves out. */
export function noteOf(history: History, most: number, more?: string): { readonly note?: string } {
  const [stretch] = stretchesOf(history, most / POINTS);
  const { from, to } = stretch ? spanOver(stretch) : { from: 1, to: 1 };
  const joined =
    to > from ? t`first, least, greatest and last of every ${count(to - from + 1)} steps` : undefined;
  const note = [joined, more].filter((one) => one !== undefined).join("; ");
  return note === "" ? {} : { note };
}

function addPoints(points: Point[], { first, last, min, max }: Range, { from, to, frames }: Span): void {
  if (frames > 1) {
    const x = (from + to) / 2;
    points.push({ x: from, y: drawn(first) });
    for (const y of first > last ? [max, min] : [min, max])
      if (y !== first && y !== last) points.push({ x, y });
  }
  points.push({ x: to, y: drawn(last) });
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
