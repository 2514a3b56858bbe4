import { statOf } from "../protocol/frame.ts";
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
export const columnOf = (frame: Frame, layers: readonly LayerInfo[], stat: Stat): readonly number[] =>
  layers.map((_, layer) => statOf(frame, layer, stat));

/** The median, over the steps kept whole that are finite, of one figure of every layer. NaN where no step has one. */
export function typical({ layers, history }: Seen, stat: Stat): readonly number[] {
  const known = medians.get(history) ?? new Map<Stat, readonly number[]>();
  medians.set(history, known);
  const before = known.get(stat);
  if (before?.length === layers.length) return before;
  const frames = finiteFrames(history);
  const values = layers.map((_, layer) => median(frames.map((frame) => statOf(frame, layer, stat))));
  known.set(stat, values);
  return values;
}

/** Histories never change: each is looked through once for a figure. */
const medians = new WeakMap<Seen["history"], Map<Stat, readonly number[]>>();

/** The middle of the finite values; NaN if there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
