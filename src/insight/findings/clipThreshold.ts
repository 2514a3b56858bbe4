import { t } from "../../l10n/translate.ts";
import { figure } from "../format.ts";
import { median } from "../typical.ts";
import { runFinding } from "./finding.ts";
import { lrTooSmall, mostMoved } from "./learningRate.ts";
import { valuesOf } from "./thresholds.ts";
import { stays } from "./words.ts";

/** They divide the gradient's scale out, so that clipping all steps changes next to nothing. */
const SCALE_FREE: ReadonlySet<string> = new Set(["Adam", "AdamW", "RMSprop", "Adagrad"]);

export const clipThreshold = runFinding({
  id: "clip-threshold",
  title: t`A clipping threshold too small`,
  condition:
    "The median of `clip_coef` is below `coef` with an optimizer that does not divide the scale out, no layer has moved by `lr-too-small.moved` of its size, and the model does not do well.",
  thresholds: {
    coef: { is: 0.003, of: t`Median factor that clipping leaves of the gradient.` },
  },
  severity: "error",
  why: t`Clipping is for the rare step that is far too large. Where it leaves a thousandth of every step's gradient it is a learning rate a thousand times smaller. Under Adam and its kin the scale divides out, and clipping at every step is harmless.`,
  source: {
    title: "Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, 2013",
    url: "https://arxiv.org/abs/1211.5063",
  },
  fixes: ["no-clip", "clip-grad-norm", "raise-rate"],

  find(evidence, { coef }) {
    const { loss, judged, broken, silent, declared, history, settings } = evidence;
    if (!judged || broken || silent || !loss.bad || loss.trained) return undefined;
    if (SCALE_FREE.has(declared?.optimizer.type ?? "")) return undefined;
    const left = median([...history.first, ...history.recent].map(({ clip_coef }) => clip_coef));
    if (!(left < coef) || mostMoved(evidence).sum >= valuesOf(lrTooSmall, settings).moved) return undefined;
    const norm = median(history.recent.map(({ grad_norm }) => grad_norm));
    return {
      message: t`Clipping leaves ${figure(left, 1)} of the gradient, whose norm is ${figure(norm)}, and ${stays(loss)}.`,
      figures: { clip_coef: left, grad_norm: norm, loss: loss.now, floor: loss.floor },
    };
  },
});
