import { t } from "../../l10n/translate.ts";
import { statOf } from "../../protocol/frame.ts";
import { spoken } from "../chain.ts";
import { figure } from "../format.ts";
import { median } from "../typical.ts";
import { pathOf } from "./evidence.ts";
import { runFinding, type Evidence } from "./finding.ts";
import { stays } from "./words.ts";

const ADAM: ReadonlySet<string> = new Set(["Adam", "AdamW"]);

export const adamEps = runFinding({
  id: "adam-eps",
  title: t`Gradients below Adam's eps`,
  condition:
    "With Adam or AdamW the gradient's elements are below `eps` times eps, and a weight moves by less than `step` of the learning rate, in at least `layers` of the layers; and the model does not do well.",
  thresholds: {
    eps: { is: 10, of: t`The gradient's elements are below so many eps.` },
    step: { is: 0.2, of: t`Part of the learning rate that a weight moves in a step.` },
    layers: { is: 0.34, of: t`Share of the layers where it is so.` },
  },
  severity: "error",
  why: t`Adam divides the gradient by its own size plus eps, so that each weight moves by about the learning rate, however small the gradient. Below eps that no longer holds: the steps shrink with the gradient, and the model stays where it is.`,
  source: {
    title: "PyTorch, torch.optim.Adam",
    url: "https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html",
  },
  fixes: ["eps", "he-init", "batch-norm"],

  find(evidence, { eps: times, step, layers: share }) {
    const { loss, judged, broken, silent, declared, weighted } = evidence;
    if (!declared || !ADAM.has(declared.optimizer.type)) return undefined;
    if (!judged || broken || silent || !loss.bad || loss.trained || loss.worse) return undefined;
    const eps = Number(declared.optimizer.params["eps"] ?? 1e-8);
    const small = weighted.filter((row) => {
      const size = elementOf(evidence, row);
      const moves = strideOf(evidence, row);
      return size > 0 && size < times * eps && !(moves >= step);
    });
    if (small.length === 0 || small.length / weighted.length < share) return undefined;
    const row = small[0] ?? 0;
    return {
      layer: pathOf(evidence, row),
      message: t`The elements of the gradient of ${spoken(pathOf(evidence, row))} are about ${figure(elementOf(evidence, row), 1)}, beside an eps of ${figure(eps, 1)}: in ${small.length} of ${weighted.length} layers Adam's steps shrink with them, and ${stays(loss)}.`,
      figures: {
        gradient: elementOf(evidence, row),
        eps,
        layers: small.length,
        loss: loss.now,
        floor: loss.floor,
      },
      related: small.slice(1).map((one) => pathOf(evidence, one)),
    };
  },
});

/** Root mean square of the elements of a layer's gradient. */
const elementOf = ({ late }: Evidence, row: number): number =>
  median(late.map((frame) => Math.hypot(statOf(frame, row, "grad_mean"), statOf(frame, row, "grad_std"))));

/** How far a weight moves in a step, as a part of the learning rate. */
function strideOf({ late, layers }: Evidence, row: number): number {
  const count = (layers[row]?.parameters ?? []).reduce(
    (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  );
  return median(
    late.map(
      (frame) =>
        (statOf(frame, row, "update_ratio") * statOf(frame, row, "weight_norm")) /
        (frame.lr * Math.sqrt(count)),
    ),
  );
}
