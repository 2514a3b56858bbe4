import { STATS, COLUMN } from "../protocol/frame.ts";
import type { LayerInfo } from "../protocol/run.ts";
import type { RowSums } from "./plan.ts";

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
  rows: readonly RowSums[],
  d: Float64Array,
  loss: number,
  layers: readonly LayerInfo[],
  values: Float64Array,
): NonFinite | undefined {
  const counted = (i: number, stat: keyof typeof COLUMN) => values[i * STATS.length + COLUMN[stat]] > 0;
  const found = (i: number, where: NonFinite["where"]) => ({ layer: layers[i].path, where });

  const begin = rows.findIndex(({ weight }) => broken(d, weight));
  if (begin >= 0) return found(begin, "weight");
  const forward = rows.findIndex((_, i) => counted(i, "act_nonfinite"));
  if (forward >= 0) return found(forward, "activation");
  if (!Number.isFinite(loss)) return { layer: "loss", where: "activation" };
  const backward = lastBroken(0, rows.length);
  if (backward >= 0) return found(backward, "gradient");
  const update = rows.findIndex((row) => broken(d, row.update));
  return update >= 0 ? found(update, "weight") : undefined;

  /** The row from `from` up to, not including, `to` that broke first on the way back; −1: none. */
  function lastBroken(from: number, to: number): number {
    for (let i = to - 1; i >= from; i--) {
      if (broken(d, rows[i].delta) || counted(i, "grad_nonfinite")) return i;
      if (!broken(d, rows[i].entry)) continue;
      // What leaves a block at its entry has come through its content, whose rows stand before it.
      const inside = layers[i].type === "Residual" ? lastBroken(contentOf(layers, i), i) : -1;
      return inside >= 0 ? inside : i;
    }
    return -1;
  }
}

const broken = (d: Float64Array, slot: number): boolean => slot >= 0 && !Number.isFinite(d[slot]);

/** The first row of the content of the block at row `i`. */
function contentOf(layers: readonly LayerInfo[], i: number): number {
  const within = `${layers[i].path}.`;
  let first = i;
  while (first > 0 && layers[first - 1].path.startsWith(within)) first--;
  return first;
}
