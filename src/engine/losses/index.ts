import { t } from "../../l10n/translate.ts";
import { number } from "../params.ts";
import { torchCall } from "../torch.ts";
import { show } from "../tensor.ts";
import { absoluteFloor, binaryFloor, classFloor, huberFloor, squaredFloor } from "./floors.ts";
import { loss, type LossType } from "./loss.ts";

const classes = (output: readonly number[]): string | undefined => {
  if (output.length < 1 || output.length > 2) {
    return t`needs one score a class, [classes] or [time, classes], but the model gives ${show(output)}`;
  }
  if (output[output.length - 1] < 2)
    return t`needs a score for each of at least 2 classes, but the model gives ${show(output)}`;
  return undefined;
};

/** Every loss, by the name of the PyTorch class. */
export const losses = {
  MSELoss: loss({
    doc: "Mean squared error: the mean of `(x − t)²`.",
    params: {},
    targets: "number",
    record: (k, { x, target, dx, out }) => k.mse(x.size, x.at, target, dx, out),
    floor: squaredFloor,
    torch: () => torchCall("nn.MSELoss"),
  }),
  L1Loss: loss({
    doc: "Mean absolute error: the mean of `|x − t|`.",
    params: {},
    targets: "number",
    record: (k, { x, target, dx, out }) => k.l1(x.size, x.at, target, dx, out),
    floor: absoluteFloor,
    torch: () => torchCall("nn.L1Loss"),
  }),
  HuberLoss: loss({
    doc: "Squared error below `delta`, absolute error above it (Huber, 1964).",
    params: { delta: number("Where the error turns from squared to absolute.", { above: 0 }, 1) },
    targets: "number",
    record: (k, { x, target, dx, out }, { delta }) => k.huber(x.size, x.at, target, delta, dx, out),
    floor: (targets, { delta }) => huberFloor(targets, delta),
    torch: (params) => torchCall("nn.HuberLoss", [], params),
  }),
  SmoothL1Loss: loss({
    doc: "Huber's loss divided by `beta`; the absolute error where `beta` is 0.",
    params: { beta: number("Where the error turns from squared to absolute.", { min: 0 }, 1) },
    targets: "number",
    record(k, { x, target, dx, out }, { beta }) {
      // What is 0 to a float is 0 to PyTorch.
      k.smoothL1(x.size, x.at, target, Math.fround(beta) === 0 ? 0 : beta, dx, out);
    },
    floor: (targets, { beta }) =>
      Math.fround(beta) === 0 ? absoluteFloor(targets) : huberFloor(targets, beta) / beta,
    torch: (params) => torchCall("nn.SmoothL1Loss", [], params),
  }),
  BCELoss: loss({
    doc: "Binary cross entropy of probabilities: the model must end in a `Sigmoid`.",
    params: {},
    targets: "binary",
    record: (k, { x, target, dx, out }) => k.bce(x.size, x.at, target, dx, out),
    floor: binaryFloor,
    torch: () => torchCall("nn.BCELoss"),
  }),
  BCEWithLogitsLoss: loss({
    doc: "Binary cross entropy of `sigmoid(x)`, computed from `x` without overflow: the model must not end in a `Sigmoid`.",
    params: {},
    targets: "binary",
    record: (k, { x, target, dx, out }) => k.bceWithLogits(x.size, x.at, target, dx, out),
    floor: binaryFloor,
    torch: () => torchCall("nn.BCEWithLogitsLoss"),
  }),
  CrossEntropyLoss: loss({
    doc: "Cross entropy of `softmax(x)` against a class: the model gives one score a class, and must not end in a `Softmax`.",
    params: {
      label_smoothing: number("Share of the target that is spread over all classes.", { min: 0, max: 1 }, 0),
    },
    targets: "class",
    check: classes,
    record(k, { x, target, dx, out }, { label_smoothing }) {
      const n = x.shape[x.shape.length - 1];
      k.crossEntropy(x.size / n, n, x.at, target, label_smoothing, dx, out);
    },
    floor: (targets, { label_smoothing }, classes) => classFloor(targets, classes, label_smoothing),
    torch: (params) => torchCall("nn.CrossEntropyLoss", [], params),
  }),
  NLLLoss: loss({
    doc: "Negative log-likelihood: the model gives log-probabilities, one a class.",
    params: {},
    targets: "class",
    check: classes,
    record(k, { x, target, dx, out }) {
      const n = x.shape[x.shape.length - 1];
      k.nll(x.size / n, n, x.at, target, dx, out);
    },
    floor: (targets, _, classes) => classFloor(targets, classes, 0),
    torch: () => torchCall("nn.NLLLoss"),
  }),
} satisfies Record<string, LossType>;
