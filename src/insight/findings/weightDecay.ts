import { t } from "../../l10n/translate.ts";
import { spoken } from "../chain.ts";
import { figure, percent } from "../format.ts";
import { pathOf } from "./evidence.ts";
import { runFinding } from "./finding.ts";
import { stays } from "./words.ts";

/** With these, weight decay takes that part of the weights at each step; others divide it by the gradient's size. */
const DECAYING: ReadonlySet<string> = new Set(["SGD", "AdamW"]);

export const weightDecay = runFinding({
  id: "weight-decay",
  title: t`Weight decay too strong`,
  condition:
    "Learning rate times weight decay is at least `decay`, the norm of a layer's weights is below `left` of its first, and the model does not do well.",
  thresholds: {
    decay: { is: 0.005, of: t`Learning rate times weight decay.` },
    left: { is: 0.3, of: t`Part of its first norm that is left of a layer's weights.` },
  },
  severity: "error",
  why: t`Each step takes learning rate times weight decay off all weights. Where that is half a percent, a few hundred steps leave next to nothing of them, faster than the gradient can build anything.`,
  source: {
    title: "Loshchilov, Hutter: Decoupled weight decay regularization, 2019",
    url: "https://arxiv.org/abs/1711.05101",
  },
  fixes: ["no-weight-decay"],

  find(evidence, { decay, left }) {
    const { loss, judged, broken, declared, weighted } = evidence;
    if (!declared || !DECAYING.has(declared.optimizer.type)) return undefined;
    if (!judged || broken || !loss.bad || loss.trained) return undefined;
    const { lr = 0, weight_decay = 0 } = declared.optimizer.params as Readonly<Record<string, number>>;
    const [start, now] = [evidence.start("weight_norm"), evidence.now("weight_norm")];
    const part = (row: number): number => (now[row] ?? NaN) / (start[row] ?? NaN);
    const shrunk = weighted.filter((row) => part(row) < left).toSorted((a, b) => part(a) - part(b));
    const row = shrunk[0];
    if (row === undefined || !(lr * weight_decay >= decay)) return undefined;
    return {
      layer: pathOf(evidence, row),
      message: t`Each step takes ${percent(lr * weight_decay, 1)} off all weights: ${figure(part(row), 1)} of those of ${spoken(pathOf(evidence, row))} is left, and ${stays(loss)}.`,
      figures: { decay: lr * weight_decay, left: part(row), loss: loss.now, floor: loss.floor },
      related: shrunk.slice(1).map((one) => pathOf(evidence, one)),
    };
  },
});
