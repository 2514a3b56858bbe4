import { t } from "../../l10n/translate.ts";
import { figure } from "../format.ts";
import type { LossState } from "../lossState.ts";

/** `the loss stays at 1.01; predicting the mean alone would give 1.00`: what the loss says for a finding. */
export function stays({ now, floor, first, window, worse, onlyMean, half }: LossState): string {
  if (!Number.isFinite(now)) return t`the loss is no longer finite`;
  const over = t`(mean of the last ${window} steps)`;
  const constant = Number.isNaN(floor)
    ? t`it began at ${figure(first, 3)}`
    : t`predicting the mean alone would give ${figure(floor, 3)}`;
  if (onlyMean) return t`the loss stays at ${figure(now, 3)} ${over}; ${constant}`;
  return worse || now >= half
    ? t`the loss is at ${figure(now, 3)} ${over}; ${constant}`
    : t`the loss is still at ${figure(now, 3)} ${over}; ${constant}`;
}
