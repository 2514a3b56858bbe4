import { t } from "../l10n/translate.ts";
import { rangeOf, spanOf } from "../protocol/buckets.ts";
import { isBroken } from "../protocol/frame.ts";
import type { History } from "../protocol/history.ts";
import { courseOf } from "../protocol/kept.ts";
import { layerName } from "../protocol/layerName.ts";
import type { LayerInfo } from "../protocol/run.ts";
import { breakOf } from "./finite.ts";
import { count, counted, percent } from "./format.ts";

/** Updates that a run in mixed precision has left out, as their gradients were not finite. */
export interface Skipped {
  readonly updates: number;
  /** Their part of all updates that were to be made. */
  readonly share: number;
  /** The last of them were to be made before this step, as exactly as is known. */
  readonly before: number;
}

const SKIPPED = courseOf("skipped");

/** `undefined` where there are none. */
export function skippedIn({ course, tally }: Pick<History, "course" | "tally">): Skipped | undefined {
  let [updates, before] = [0, NaN];
  for (const bucket of course.buckets) {
    const { mean, finite } = rangeOf(bucket, SKIPPED);
    if (finite === 0) continue;
    updates += Math.round(mean * finite);
    before = spanOf(bucket).to;
  }
  return updates > 0 ? { updates, share: updates / (updates + tally.step), before } : undefined;
}

/** `the last before step 840` */
export const whenSkipped = ({ before }: Skipped): string =>
  before === 1 ? t`before the first step` : t`the last before step ${count(before)}`;

/** What happened on the way that the latest steps do not show, as sentences; empty where nothing did. */
export const onTheWay = (
  history: Pick<History, "course" | "tally" | "first" | "recent">,
  layers: readonly LayerInfo[],
): string => [...skips(history), ...breaks(history, layers)].map((sentence) => ` ${sentence}`).join("");

function skips(history: Pick<History, "course" | "tally" | "recent">): readonly string[] {
  const skipped = skippedIn(history);
  if (!skipped) return [];
  const { updates, share } = skipped;
  const scale = history.recent.at(-1)?.amp_scale ?? NaN;
  const now = Number.isFinite(scale) ? t`; the loss is scaled by ${count(scale)}` : "";
  return [
    t`The scaler skipped ${counted(updates, "update")} (${percent(share)}), ${whenSkipped(skipped)}${now}.`,
  ];
}

/** A run that breaks for good says so itself. */
function breaks(
  { tally, first, recent, course }: Pick<History, "course" | "tally" | "first" | "recent">,
  layers: readonly LayerInfo[],
): readonly string[] {
  const latest = recent.at(-1);
  if (tally.broken === 0 || !latest || isBroken(latest)) return [];
  const frame = [...first, ...recent].findLast(isBroken);
  const bucket = course.buckets.findLast((one) => spanOf(one).broken > 0);
  const step = bucket ? spanOf(bucket).to : NaN;
  const isExact = frame !== undefined && bucket !== undefined && frame.step >= spanOf(bucket).from;
  const layer = isExact ? breakOf({ run: {}, layers, history: { recent: [frame] } })?.layer : undefined;
  const where = layer === undefined ? "" : t` in ${layerName(layer)}`;
  const when = isExact ? t`at step ${count(frame.step)}` : t`by step ${count(step)}`;
  return [
    t`NaN or ∞ at ${count(tally.broken)} of ${counted(tally.frames, "step")}, last ${when}${where}: the training went on.`,
  ];
}
