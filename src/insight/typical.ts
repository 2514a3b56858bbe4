import { cellOf, COLUMN } from "../protocol/frame.ts";
import type { Frame, Stat } from "../protocol/frame.ts";
import type { LayerInfo } from "../protocol/run.ts";
import { finiteFrames } from "./finite.ts";
import type { History } from "../protocol/history.ts";

/** The rows of a run's frames, and the frames that are kept whole. */
interface Seen {
  readonly layers: readonly LayerInfo[];
  readonly history: Pick<History, "recent">;
}

/** One figure of every layer at one step. */
export function columnOf(frame: Frame, layers: readonly LayerInfo[], stat: Stat): readonly number[] {
  const column = COLUMN[stat];
  return layers.map((_, layer) => cellOf(frame, layer, column));
}

/** The median, over the steps kept whole that are finite, of one figure of every layer. NaN where no step has one. */
export function typical({ layers, history }: Seen, stat: Stat): readonly number[] {
  const known = medians.get(history) ?? new Map<Stat, readonly number[]>();
  medians.set(history, known);
  const before = known.get(stat);
  if (before?.length === layers.length) return before;
  const frames = finiteFrames(history);
  const sorted = new Float64Array(frames.length);
  const column = COLUMN[stat];
  const values = layers.map((_, layer) => {
    let count = 0;
    for (const frame of frames) count = insert(sorted, count, cellOf(frame, layer, column));
    return middle(sorted, count);
  });
  known.set(stat, values);
  return values;
}

/** Histories never change: each is looked through once for a figure. */
const medians = new WeakMap<Seen["history"], Map<Stat, readonly number[]>>();

/** Puts a value, if it is finite, in its place among the first `count`, which are in order. The result is how many there are then. */
function insert(sorted: Float64Array, count: number, value: number): number {
  if (!Number.isFinite(value)) return count;
  let place = count;
  for (; place > 0 && (sorted[place - 1] ?? NaN) > value; place--) sorted[place] = sorted[place - 1] ?? NaN;
  sorted[place] = value;
  return count + 1;
}

/** The middle of the finite values; NaN if there is none. */
export function median(values: readonly number[]): number {
  const sorted = new Float64Array(values.filter(Number.isFinite)).sort();
  return middle(sorted, sorted.length);
}

/** The middle of the first `count`, which are in order. */
function middle(sorted: Float64Array, count: number): number {
  const half = count >> 1;
  const upper = count > 0 ? (sorted[half] ?? NaN) : NaN;
  return count % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}
