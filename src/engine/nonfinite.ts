import { STATS, COLUMN } from "../protocol/frame.ts";
import type { RowSums } from "./plan.ts";

export interface NonFinite {
  readonly layer: string;
  readonly where: "activation" | "gradient" | "weight";
}

/**
 * The first place, in the order of computation, where a NaN or ±∞ appeared in a step: forward through the rows, the loss,
 * backward through them, then the update. `undefined` in a healthy step. Reads only what the statistics have summed.
 */
export function findNonFinite(
  rows: readonly RowSums[],
  d: Float64Array,
  loss: number,
  paths: readonly string[],
  values: Float64Array,
): NonFinite | undefined {
  const at = (i: number, stat: keyof typeof COLUMN) => values[i * STATS.length + COLUMN[stat]];

  const forward = rows.findIndex((_, i) => at(i, "act_nonfinite") > 0);
  if (forward >= 0) return { layer: paths[forward], where: "activation" };
  if (!Number.isFinite(loss)) return { layer: "loss", where: "activation" };

  const backward = rows.findLastIndex(
    ({ delta, entry }, i) => at(i, "grad_nonfinite") > 0 || infinite(d, delta) || infinite(d, entry),
  );
  if (backward >= 0) return { layer: paths[backward], where: "gradient" };

  const update = rows.findIndex((row) => infinite(d, row.update));
  if (update >= 0) return { layer: paths[update], where: "weight" };
  return undefined;
}

const infinite = (d: Float64Array, slot: number): boolean => slot >= 0 && !Number.isFinite(d[slot]);
