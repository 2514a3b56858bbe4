import { t } from "../../l10n/translate.ts";
import { rangeOf } from "../../protocol/buckets.ts";
import { courseOf } from "../../protocol/kept.ts";
import { compact, figure, percent } from "../format.ts";
import { pathOf } from "./evidence.ts";
import { runFinding, type Evidence } from "./finding.ts";
import { stays } from "./words.ts";

/** A decayed rate is no fault where the weights have come so far, relative to their size. */
const FAR = 1;

export const lrTooSmall = runFinding({
  id: "lr-too-small",
  title: t`A learning rate too small`,
  condition:
    "The sum of the relative updates over the run is below `moved` in every layer, or the schedule ends below `decay` of the highest rate while that sum is below 1; the model does not do well, and neither eps, nor clipping, nor the targets' scale nor a gradient that vanishes explains it.",
  thresholds: {
    moved: { is: 0.05, of: t`Sum of all relative updates of a layer over the run.` },
    decay: { is: 0.001, of: t`Learning rate at the end : at the start.` },
  },
  severity: "error",
  why: t`Over the whole run no layer has moved by more than a few hundredths of its size: at this rate the model stays about where it was drawn. A single update of a thousandth looks healthy; what tells is the sum over the run, and that the loss is still high.`,
  source: {
    title: "Smith: Cyclical learning rates for training neural networks, 2017",
    url: "https://arxiv.org/abs/1506.01186",
  },
  fixes: ["raise-rate", "adam", "no-schedule"],

  find(evidence, { moved, decay }) {
    const { loss, judged, broken, silent, layers, step } = evidence;
    if (!judged || broken || silent || !loss.bad || loss.trained) return undefined;
    const most = mostMoved(evidence);
    const { highest, now } = rates(evidence);
    const isKnown = Number.isFinite(highest) && evidence.now("update_ratio").some(Number.isFinite);
    if (!isKnown) return undefined;
    const figures = { moved: most.sum, lr: now, highest_lr: highest, loss: loss.now, floor: loss.floor };
    if (most.sum < moved) {
      const layer = pathOf(evidence, evidence.weighted[0] ?? 0);
      return {
        layer,
        message: t`In ${step} steps at a learning rate of ${compact(highest)} no layer has moved by more than ${percent(most.sum, 1)} of its size, and ${stays(loss)}.`,
        figures,
      };
    }
    if (!(now < decay * highest) || most.sum >= FAR) return undefined;
    return {
      layer: layers[evidence.weighted[0] ?? 0]?.path ?? "",
      message: t`The schedule has taken the learning rate from ${compact(highest)} down to ${compact(now)}, before any layer had moved by more than ${figure(most.sum)} times its size, and ${stays(loss)}.`,
      figures,
      fixes: ["no-schedule", "raise-rate", "adam"],
    };
  },
});

/** The layer whose relative updates add up to most. */
export function mostMoved({ weighted, history }: Evidence): { readonly row: number; readonly sum: number } {
  const row = weighted.reduce(
    (a, b) => ((history.moved[b] ?? 0) > (history.moved[a] ?? 0) ? b : a),
    weighted[0] ?? 0,
  );
  return { row, sum: history.moved[row] ?? 0 };
}

/** The highest learning rate of the run, and the latest. */
function rates({ history }: Evidence): { readonly highest: number; readonly now: number } {
  const all = history.course.buckets.map((bucket) => rangeOf(bucket, courseOf("lr")).max);
  return { highest: Math.max(...all), now: history.recent.at(-1)?.lr ?? NaN };
}
