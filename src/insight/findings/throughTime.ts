import { t } from "../../l10n/translate.ts";
import type { Frame } from "../../protocol/frame.ts";
import { layerName } from "../../protocol/layerName.ts";
import { figure, fold } from "../format.ts";
import { timeShares } from "../throughTime.ts";
import { median } from "../typical.ts";
import { runFinding, type Evidence } from "./finding.ts";
import { stays } from "./words.ts";

/** ‖∂L/∂h_0‖ : ‖∂L/∂h_T‖ of one recurrent layer at the frames that are kept whole. */
interface Course {
  readonly path: string;
  readonly type: string;
  readonly steps: number;
  readonly start: number;
  readonly now: number;
  readonly typical: number;
  readonly most: number;
}

function courses(evidence: Evidence): readonly Course[] {
  const { layers, history, late } = evidence;
  const whole = [...history.first, ...history.recent];
  return layers.flatMap(({ path, type, time = 0 }) => {
    if (time === 0) return [];
    const ratio = (frame: Frame): number =>
      10 ** (timeShares(layers, frame.time).find((one) => one.path === path)?.logShare ?? NaN);
    const all = whole.map(ratio).filter((value) => !Number.isNaN(value));
    if (all.length === 0) return [];
    const [start, now] = [ratio(whole[0] ?? late[0] ?? emptyFrame), median(late.map(ratio))];
    return [{ path, type, steps: time, start, now, typical: median(all), most: Math.max(...all) }];
  });
}

const emptyFrame = { time: undefined } as unknown as Frame;

export const vanishingTime = runFinding({
  id: "vanishing-time",
  title: t`The gradient vanishes through time`,
  condition:
    "‖∂L/∂h_0‖ is below `ratio` of ‖∂L/∂h_T‖ at the first step and in the median over the steps that are kept, and the model has learned nothing or has not moved, and is not worse than a constant. For LSTM and GRU a remark while the run goes on, within the first `steps` steps or where the ratio has grown more than `opening`-fold.",
  thresholds: {
    ratio: { is: 0.0001, of: t`‖∂L/∂h_0‖ : ‖∂L/∂h_T‖ at the first step and in the median.` },
    steps: { is: 200, of: t`Steps within which a gated net may still open.` },
    opening: { is: 10, of: t`Growth of the ratio since the first step that says that a gated net opens.` },
  },
  severity: "error",
  why: t`Through time the gradient is multiplied by one factor for each step; where next to nothing of it gets back to the first ones, the layer cannot learn from what lies so far back. Gated nets may begin so and open in training: for them it is a remark while they may still open.`,
  source: {
    title: "Hochreiter, Schmidhuber: Long short-term memory, 1997",
    url: "https://doi.org/10.1162/neco.1997.9.8.1735",
  },
  fixes: ["lstm", "forget-bias", "gru", "he-init", "adam", "clip-grad-norm", "truncate"],

  find(evidence, { ratio, steps, opening }) {
    const { loss, judged, broken, run, step, layers } = evidence;
    if (!judged || broken || !(loss.nothing || loss.unmoved) || loss.worse) return undefined;
    const worst = courses(evidence)
      .filter(({ start, typical }) => start < ratio && typical < ratio)
      .toSorted((a, b) => a.typical - b.typical)[0];
    if (!worst) return undefined;
    const gated = worst.type !== "RNN";
    const opens = gated && !run.end && (step < steps || worst.now > opening * worst.start);
    const arrives = worst.typical === 0 ? t`nothing` : figure(worst.typical, 1);
    return {
      layer: worst.path,
      message: t`Through time, ${arrives} of the gradient gets back over the ${worst.steps} steps of ${layerName(worst.path)} (${figure(worst.start, 1)} at the first step), and ${stays(loss)}.`,
      figures: { ratio: worst.typical, first_ratio: worst.start, loss: loss.now, floor: loss.floor },
      marks: new Map([[layers.findIndex(({ path }) => path === worst.path), "vanishing3"]]),
      ...(opens && { severity: "info" as const }),
    };
  },
});

export const explodingTime = runFinding({
  id: "exploding-time",
  title: t`The gradient explodes through time`,
  condition:
    "‖∂L/∂h_0‖ is above `ratio` times ‖∂L/∂h_T‖ at any step that is kept, and the model does not do well or ended with NaN or ∞.",
  thresholds: {
    ratio: { is: 1000, of: t`‖∂L/∂h_0‖ : ‖∂L/∂h_T‖ at any step.` },
  },
  severity: "error",
  why: t`A recurrent layer multiplies by the same weights at every time step: where they are too large, the gradient that gets back to the first step is thousands of times that of the last, and one update throws the weights far away.`,
  source: {
    title: "Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, 2013",
    url: "https://arxiv.org/abs/1211.5063",
  },
  fixes: ["clip-grad-norm", "lstm", "gru", "he-init", "default-init", "lower-rate", "truncate"],

  find(evidence, { ratio }) {
    const { loss, judged, broken, layers } = evidence;
    if (!judged || !(loss.bad || broken)) return undefined;
    const worst = courses(evidence).toSorted((a, b) => b.most - a.most)[0];
    if (!worst || !(worst.most > ratio)) return undefined;
    return {
      layer: worst.path,
      message: t`Through time, the gradient grows up to ${fold(worst.most, 1)} over the ${worst.steps} steps of ${layerName(worst.path)}, and ${stays(loss)}.`,
      figures: { ratio: worst.most, first_ratio: worst.start, loss: loss.now, floor: loss.floor },
      marks: new Map([[layers.findIndex(({ path }) => path === worst.path), "exploding3"]]),
    };
  },
});
