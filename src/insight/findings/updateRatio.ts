import { t } from "../../l10n/translate.ts";
import { statOf, type Frame } from "../../protocol/frame.ts";
import { spoken } from "../chain.ts";
import { figure, percent } from "../format.ts";
import { pathOf } from "./evidence.ts";
import { runFinding, type Evidence } from "./finding.ts";
import { stays } from "./words.ts";

export const updateRatio = runFinding({
  id: "update-ratio",
  title: t`A step that rewrites a layer`,
  condition:
    "In one of the first steps a layer's update is above `ratio` of its weights, and the run ended with NaN or ∞ or is worse than a constant; or above `extreme`, and it does no better than one. Layers whose weights are 0 do not count.",
  thresholds: {
    ratio: {
      is: 0.1,
      of: t`Part of a layer's weights that one of the first steps rewrites, in a run that got worse.`,
    },
    extreme: { is: 0.3, of: t`The same in a run that learned nothing.` },
  },
  severity: "error",
  why: t`A step that changes a tenth of a layer's weights throws away what was there: activations die or saturate, or each step overshoots by more than the one before. Large updates alone are no fault, and models with tiny weights begin with them: what tells is that this run is not better for it.`,
  source: {
    title: "Goyal et al.: Accurate, large minibatch SGD, 2017",
    url: "https://arxiv.org/abs/1706.02677",
  },
  fixes: ["lower-rate", "clip-grad-norm", "normalize", "adam"],

  find(evidence, { ratio, extreme }) {
    const { loss, judged, broken } = evidence;
    if (!judged || !(loss.notWell || broken)) return undefined;
    const { row, size, step } = peakUpdate(evidence);
    if (!(size > (broken || loss.worse ? ratio : extreme))) return undefined;
    const part = size < 1 ? percent(size) : t`${figure(size)} times the size`;
    return {
      layer: pathOf(evidence, row),
      message: t`The update of step ${step} was ${part} of the weights of ${spoken(pathOf(evidence, row))}, and ${stays(loss)}.`,
      figures: { update: size, update_step: step, loss: loss.now, floor: loss.floor },
    };
  },
});

/** The largest update of the first steps, relative to the weights. */
export function peakUpdate({ history, weighted, broken }: Evidence): {
  readonly row: number;
  readonly size: number;
  readonly step: number;
} {
  const frames: readonly Frame[] = broken ? [...history.first, ...history.recent] : history.first;
  let peak = { row: weighted[0] ?? 0, size: 0, step: 0 };
  for (const frame of frames) {
    for (const row of weighted) {
      const size = statOf(frame, row, "update_ratio");
      if (Number.isFinite(size) && size > peak.size && statOf(frame, row, "weight_norm") > 0)
        peak = { row, size, step: frame.step };
    }
  }
  return peak;
}
