import { t } from "../../l10n/translate.ts";
import { spoken } from "../chain.ts";
import { figure, percent } from "../format.ts";
import { pathOf } from "./evidence.ts";
import { median } from "../typical.ts";
import { runFinding, type Evidence } from "./finding.ts";
import { stays } from "./words.ts";

/** With these, weight decay takes that part of the weights at each step; others divide it by the gradient's size. */
const DECAYING: ReadonlySet<string> = new Set(["SGD", "AdamW"]);

export const weightDecay = runFinding({
  id: "weight-decay",
  title: t`Weight decay too strong`,
  condition:
    "Learning rate times weight decay is at least `decay`, the norm of a layer's weights is below `left` of its first, and the model does not do well. Before that, where all norms fall as fast as decay alone takes them, which leaves less than `left` at the end of the run, and the loss does not move.",
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
    const share = lr * weight_decay;
    if (!(share >= decay)) return undefined;
    const [start, now] = [evidence.start("weight_norm"), evidence.now("weight_norm")];
    const part = (row: number): number => (now[row] ?? NaN) / (start[row] ?? NaN);
    const shrunk = weighted.filter((row) => part(row) < left).toSorted((a, b) => part(a) - part(b));
    const gone = shrunk[0];
    const row = gone ?? weighted.toSorted((a, b) => part(a) - part(b))[0];
    if (row === undefined || (gone === undefined && !isLosing(evidence, share, part, left))) return undefined;
    const path = pathOf(evidence, row);
    const much =
      gone === undefined
        ? t`${figure(part(row))} of those of ${spoken(path)} is left so far`
        : t`${figure(part(row), 1)} of those of ${spoken(path)} is left`;
    return {
      layer: path,
      message: t`Each step takes ${percent(share, 1)} off all weights: ${much}, and ${stays(loss)}.`,
      figures: { decay: share, left: part(row), loss: loss.now, floor: loss.floor },
      related: shrunk.slice(1).map((one) => pathOf(evidence, one)),
    };
  },
});

/** So much of decay's own pace, in logarithms, is what decay alone does: the gradient builds nothing. */
const PACE = 0.75;
/** A norm that has fallen by less tells no pace. */
const FALLEN = 0.95;

/** Whether decay takes all weights unhindered, until the end of the run leaves next to nothing of them. */
function isLosing(
  { declared, late, loss, weighted }: Evidence,
  share: number,
  part: (row: number) => number,
  left: number,
): boolean {
  const { steps = 0, lr_scheduler } = declared ?? {};
  if (lr_scheduler || !loss.notWell || !loss.flat) return false;
  const pace = Math.log1p(-share);
  const made = median(late.map(({ step }) => step)) - 1;
  const falls = (row: number): boolean => part(row) < FALLEN && Math.log(part(row)) < PACE * pace * made;
  return Math.exp(pace * steps) < left && weighted.every(falls);
}
