import { t } from "../../l10n/translate.ts";
import { spoken } from "../chain.ts";
import { figure } from "../format.ts";
import { pathOf } from "./evidence.ts";
import { runFinding } from "./finding.ts";
import { stays } from "./words.ts";

/** Parts: of the threshold, and of the first step's spread, below which the first steps tell already. */
const [CLEAR, FALLEN] = [1 / 3, 0.5] as const;

export const collapse = runFinding({
  id: "collapse",
  title: t`All samples look alike`,
  condition:
    "`act_spread` of a layer before the last is below `spread` over the last steps, and the model does no better than a constant. In the first half of a run, up to step 200, a warning, unless a layer's is below a third of that, or has fallen to half since the first step.",
  thresholds: {
    spread: { is: 0.1, of: t`How much a layer's outputs differ from sample to sample: 0 not at all.` },
  },
  severity: "error",
  why: t`From this layer on the outputs hardly differ from sample to sample, so that nothing that follows can tell the samples apart: the best it can do is one answer for all. The gradient may look healthy meanwhile.`,
  source: {
    title:
      "Daneshmand, Kohler, Bach, Hofmann, Lucchi: Batch normalization provably avoids rank collapse, 2020",
    url: "https://arxiv.org/abs/2003.01652",
  },
  fixes: ["batch-norm", "residual", "relu", "default-init", "adam"],

  find(evidence, { spread }) {
    const { loss, judged, broken, silent, early, layers } = evidence;
    if (!judged || broken || silent || !loss.nothing || loss.trained) return undefined;
    const now = evidence.now("act_spread");
    const row = now.findIndex((value, i) => i < layers.length - 1 && value < spread);
    if (row < 0) return undefined;
    const [value, start] = [now[row] ?? NaN, evidence.start("act_spread")[row] ?? NaN];
    const least = Math.min(...now.slice(0, -1).filter(Number.isFinite));
    // A layer that is somewhat alike as it was drawn may get over it.
    const isClear = least < CLEAR * spread || value < FALLEN * start || !(start > 0);
    const on = least < value ? t`, and down to ${figure(least, 1)} further on` : "";
    return {
      layer: pathOf(evidence, row),
      message: t`From ${spoken(pathOf(evidence, row))} on all samples look alike: their outputs differ by ${figure(value, 1)} of their size${on}, and ${stays(loss)}.`,
      figures: { spread: value, first_spread: start, least_spread: least, loss: loss.now, floor: loss.floor },
      related: now.flatMap((one, i) =>
        i > row && i < layers.length - 1 && one < spread ? [pathOf(evidence, i)] : [],
      ),
      ...(early && !isClear && { severity: "warning" as const }),
    };
  },
});
