import { figure } from "../format.ts";
import type { LossState } from "../lossState.ts";

/** `the loss stays at 1.01; predicting the mean alone would give 1.00`: what the loss says for a finding. */
export function stays({ now, floor, first, window, worse, onlyMean, half }: LossState): string {
  if (!Number.isFinite(now)) return "the loss is no longer finite";
  const over = `(mean of the last ${window} steps)`;
  const constant = Number.isNaN(floor)
    ? `it began at ${figure(first, 3)}`
    : `predicting the mean alone would give ${figure(floor, 3)}`;
  if (onlyMean) return `the loss stays at ${figure(now, 3)} ${over}; ${constant}`;
  const verb = worse || now >= half ? "is at" : "is still at";
  return `the loss ${verb} ${figure(now, 3)} ${over}; ${constant}`;
}
