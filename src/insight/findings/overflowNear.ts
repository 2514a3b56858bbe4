import { t } from "../../l10n/translate.ts";
import { figure, fold } from "../format.ts";
import { runFinding } from "./finding.ts";

/** Steps in a row over which the gradient grows. */
const STEPS = 3;

export const overflowNear = runFinding({
  id: "overflow-near",
  title: t`Overflow is near`,
  condition:
    "At each of three steps in a row the norm of all gradients is `growth` times that of the step before, and the loss is above `loss` times the first and rising.",
  thresholds: {
    growth: {
      is: 1.5,
      of: t`The gradient's norm has grown so many times at each of the last three steps, and more.`,
    },
    loss: { is: 3, of: t`The loss is so many times that of the first step, and rises.` },
  },
  severity: "warning",
  why: t`Each update is larger than the one before, and so is the loss: within steps the numbers will be beyond the largest float. It does not say how many steps are left, for growth of this kind quickens.`,
  source: {
    title: "Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, 2013",
    url: "https://arxiv.org/abs/1211.5063",
  },
  fixes: ["lower-rate", "clip-grad-norm", "normalize", "he-init"],

  find({ history, loss: { first }, broken }, { growth, loss }) {
    const last = history.recent.slice(-STEPS - 1);
    if (broken || last.length <= STEPS) return undefined;
    const norms = last.map(({ grad_norm }) => grad_norm);
    const grows = norms.slice(1).every((norm, i) => norm >= growth * (norms[i] ?? Infinity));
    const [before, now] = [last.at(-2)?.loss ?? NaN, last.at(-1)?.loss ?? NaN];
    if (!grows || !(now > before) || !(now > loss * first)) return undefined;
    const times = (norms.at(-1) ?? NaN) / (norms[0] ?? NaN);
    return {
      message: t`Overflow is near, within steps: the gradient's norm has grown ${fold(times)} over the last ${STEPS} steps, and the loss from ${figure(first, 3)} to ${figure(now, 3)}.`,
      figures: { grad_norm: norms.at(-1) ?? NaN, growth: times, loss: now, first_loss: first },
    };
  },
});
