import { STATS, COLUMN } from "../../protocol/frame.ts";
import type { LayerInfo } from "../../protocol/run.ts";
import type { LayerSums, Slot } from "./layerSums.ts";

export interface NonFinite {
  /** Path of the row, or `"loss"`. */
  readonly layer: string;
  readonly where: "activation" | "gradient" | "weight";
}

/**
 * The first place, in the order of computation, where a NaN or ±∞ appeared in a step: in the weights it began with, forward
 * through the rows, in the loss, backward through the rows, then in the update. `undefined` in a healthy step. Reads only
 * what the statistics have summed.
 */
export function findNonFinite(
  sums: readonly LayerSums[],
  d: Float64Array,
  loss: number,
  layers: readonly LayerInfo[],
  values: Float64Array,
): NonFinite | undefined {
  for (let i = 0; i < sums.length; i++)
    if (broken(d, sums[i].parameters?.squares)) return at(layers, i, "weight");
  for (let i = 0; i < sums.length; i++) {
    if (counted(values, i, COLUMN.act_nonfinite)) return at(layers, i, "activation");
  }
  if (!Number.isFinite(loss)) return { layer: "loss", where: "activation" };
  const backward = lastBroken(sums, d, layers, values, 0, sums.length);
  if (backward >= 0) return at(layers, backward, "gradient");
  for (let i = 0; i < sums.length; i++)
    if (broken(d, sums[i].parameters?.update)) return at(layers, i, "weight");
  return undefined;
}

/** The row from `from` up to, not including, `to` that broke first in the backward pass; −1: none. */
function lastBroken(
  sums: readonly LayerSums[],
  d: Float64Array,
  layers: readonly LayerInfo[],
  values: Float64Array,
  from: number,
  to: number,
): number {
  for (let i = to - 1; i >= from; i--) {
    if (broken(d, sums[i].outputGradient) || counted(values, i, COLUMN.grad_nonfinite)) return i;
    if (!broken(d, sums[i].inputGradient?.squares)) continue;
    // What leaves a block at its entry has come through its content, whose rows stand before it.
    const content = layers[i].type === "Residual" ? contentOf(layers, i) : i;
    const inside = lastBroken(sums, d, layers, values, content, i);
    return inside >= 0 ? inside : i;
  }
  return -1;
}

const at = (layers: readonly LayerInfo[], i: number, where: NonFinite["where"]): NonFinite => ({
  layer: layers[i].path,
  where,
});

const counted = (values: Float64Array, row: number, column: number): boolean =>
  values[row * STATS.length + column] > 0;

const broken = (d: Float64Array, slot: Slot | undefined): boolean =>
  slot !== undefined && !Number.isFinite(d[slot]);

/** The first row of the content of the block at row `i`. */
function contentOf(layers: readonly LayerInfo[], i: number): number {
  const within = `${layers[i].path}.`;
  let first = i;
  while (first > 0 && layers[first - 1].path.startsWith(within)) first--;
  return first;
}
