import { t } from "../src/l10n/translate.ts";
import { layerName } from "../src/protocol/layerName.ts";
import { breakOf, finiteFrames } from "../src/insight/finite.ts";
import type { View } from "./view.ts";

/** What a chart's reading adds where the run broke, since the figures are those of the steps before. */
export function brokenNote(view: View): string {
  const broke = breakOf(view);
  if (!broke) return "";
  const last = finiteFrames(view.history).at(-1)?.step;
  const finite = last === undefined || last >= broke.step ? "" : t` · finite up to step ${last}`;
  const where = broke.layer === undefined ? "" : t` in ${layerName(broke.layer)}`;
  return t`${finite} · NaN or ∞${where} at step ${broke.step}`;
}

/** Why there is no figure to read: there is no step yet, none that is finite, or `absent` at the steps that are. */
export const noFigure = ({ history }: View, absent: string): string =>
  history.recent.length === 0
    ? t`No step yet`
    : finiteFrames(history).length === 0
      ? t`No finite step`
      : absent;
