import { t } from "../../l10n/translate.ts";
import { spoken } from "../chain.ts";
import { percent } from "../format.ts";
import { pathOf } from "./evidence.ts";
import { runFinding, type Evidence } from "./finding.ts";
import { stays } from "./words.ts";

/** Activations that are flat on both sides. ReLU6 is so, too, but its lower side is where ReLU is 0. */
const FLAT: ReadonlySet<string> = new Set(["Sigmoid", "Tanh", "Softsign", "Hardtanh", "Hardsigmoid"]);

const SQUARED: ReadonlySet<string> = new Set(["MSELoss", "L1Loss", "HuberLoss", "SmoothL1Loss"]);

/** Part of the share that has to be left of it. */
const HELD = 0.8;

export const saturation = runFinding({
  id: "saturation",
  title: t`Saturated activations`,
  condition:
    "More than `share` of a layer's outputs lie where its derivative is below 5 % of its maximum, at the first step and now, and the model has learned nothing, has not moved or is worse than a constant; above `most` also where the loss is above half of the best constant's. A Softmax at the output under a squared error counts until the model is trained.",
  thresholds: {
    share: { is: 0.5, of: t`Share of outputs where the activation is flat, from the first step on.` },
    most: { is: 0.75, of: t`The same, where the loss is above half of the best constant prediction's.` },
  },
  severity: "error",
  why: t`Where an activation is flat its derivative is next to 0, and with it the gradient of all that lies before. A classifier that has learned ends saturated: what counts is that the units were so from the first step on, before they had learned anything, and that the model does not do well.`,
  source: {
    title: "Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010",
    url: "https://proceedings.mlr.press/v9/glorot10a.html",
  },
  fixes: ["xavier-init", "relu", "normalize", "fitting-loss", "lower-rate"],

  find(evidence, { share, most }) {
    const { loss, judged, broken, silent } = evidence;
    if (!judged || broken || silent || loss.trained) return undefined;
    const [start, now] = [evidence.start("act_saturated"), evidence.now("act_saturated")];
    const held = saturable(evidence).filter(
      (row) => (start[row] ?? 0) > share && (now[row] ?? 0) > share * HELD,
    );
    const first = held[0];
    if (first === undefined) return undefined;
    const highest = Math.max(...held.map((row) => start[row] ?? 0));
    const softmax = evidence.layers[held.at(-1) ?? 0]?.type === "Softmax";
    const partial = highest > most && !(loss.relative <= 0.5);
    if (!loss.notWell && !softmax && !partial) return undefined;
    const [begin, end] = [start[first] ?? NaN, now[first] ?? NaN];
    return {
      layer: pathOf(evidence, first),
      message: t`${percent(end)} of the outputs of ${spoken(pathOf(evidence, first))} are saturated (${percent(begin)} at the first step), and ${stays(loss)}.`,
      figures: { saturated: end, first_saturated: begin, loss: loss.now, floor: loss.floor },
      related: held.slice(1).map((row) => pathOf(evidence, row)),
      ...(softmax && { fixes: ["fitting-loss", "xavier-init", "default-init"] as const }),
    };
  },
});

/** Rows whose saturation counts: a Softmax only where a squared error follows, which is flat there. */
function saturable({ layers, declared }: Evidence): readonly number[] {
  const squared = declared ? SQUARED.has(declared.loss.type) : false;
  return layers.flatMap(({ type }, row) => (FLAT.has(type) || (type === "Softmax" && squared) ? [row] : []));
}
