import { t } from "../../../l10n/translate.ts";
import type { DeclaredModel, DeclaredRow } from "../../../protocol/declaredModel.ts";
import { spoken } from "../../chain.ts";
import { figure } from "../../format.ts";
import { staticFinding, type StaticFinding } from "../finding.ts";
import { ACTIVATIONS, lastRow } from "./rows.ts";

/** What the last layer gives that the loss does not expect: the same shape of finding for all of them. */
interface Mismatch<Id extends string> extends Omit<StaticFinding<Id>, "inspect" | "severity" | "gate"> {
  readonly loss: string;
  fits(last: DeclaredRow): boolean;
  message(last: string, row: DeclaredRow): string;
}

const mismatch = <const Id extends string>({ loss, fits, message, ...rest }: Mismatch<Id>) =>
  staticFinding<Id>({
    ...rest,
    severity: "error",
    gate: "always",
    inspect({ declared }) {
      const last = lastRow(declared.rows);
      if (!last || declared.loss.type !== loss || fits(last)) return undefined;
      return {
        layer: last.path,
        message: message(spoken(last.path), last),
        figures: { classes: classesOf(last) },
      };
    },
  });

const classesOf = ({ output }: DeclaredRow): number => output.at(-1) ?? 1;

export const softmaxBeforeCe = mismatch({
  id: "softmax-before-ce",
  title: t`Softmax before CrossEntropyLoss`,
  condition: "The last layer is a Softmax and the loss is CrossEntropyLoss.",
  loss: "CrossEntropyLoss",
  why: t`CrossEntropyLoss takes the softmax itself. Of numbers that lie between 0 and 1 already, a second softmax makes shares that are nearly equal: the loss cannot fall below ln(e + K − 1) − 1, and its gradient is faint.`,
  source: {
    title: "PyTorch, torch.nn.CrossEntropyLoss",
    url: "https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
  },
  fixes: ["drop-activation"],
  fits: ({ type }) => type !== "Softmax",
  message: (last, row) =>
    t`CrossEntropyLoss takes the softmax itself, and ${last} is one: the loss cannot fall below ${figure(Math.log(Math.E + classesOf(row) - 1) - 1, 3)}.`,
});

export const activationBeforeCe = mismatch({
  id: "activation-before-ce",
  title: t`An activation before CrossEntropyLoss`,
  condition: "The last layer is an activation other than Softmax and the loss is CrossEntropyLoss.",
  loss: "CrossEntropyLoss",
  why: t`CrossEntropyLoss expects scores of any size. An activation at the output cuts them off: after a ReLU no class can be ruled out, after a Sigmoid or Tanh none can be certain.`,
  source: {
    title: "PyTorch, torch.nn.CrossEntropyLoss",
    url: "https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
  },
  fixes: ["drop-activation"],
  fits: ({ type }) => !ACTIVATIONS.has(type) || type === "Softmax",
  message: (last, { type }) =>
    t`CrossEntropyLoss expects scores of any size, and ${last}, a ${type}, cuts them off.`,
});

export const sigmoidBeforeBce = mismatch({
  id: "sigmoid-before-bcewithlogits",
  title: t`Sigmoid before BCEWithLogitsLoss`,
  condition: "The last layer is a Sigmoid and the loss is BCEWithLogitsLoss.",
  loss: "BCEWithLogitsLoss",
  why: t`BCEWithLogitsLoss takes the sigmoid itself. Of numbers between 0 and 1 a second one makes probabilities between 0.5 and 0.73: no sample can be called a 0, and on balanced classes the loss cannot fall below (ln(1 + 1/e) + ln 2) / 2 = 0.503.`,
  source: {
    title: "PyTorch, torch.nn.BCEWithLogitsLoss",
    url: "https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
  },
  fixes: ["drop-activation", "fitting-loss"],
  fits: ({ type }) => type !== "Sigmoid",
  message: (last) =>
    t`BCEWithLogitsLoss takes the sigmoid itself, and ${last} is one: on balanced classes the loss cannot fall below 0.503.`,
});

export const nllWithoutLogSoftmax = mismatch({
  id: "nll-without-log-softmax",
  title: t`NLLLoss without a log-softmax`,
  condition: "The loss is NLLLoss: no layer of a model file gives the logarithm of a softmax.",
  loss: "NLLLoss",
  why: t`NLLLoss picks the output of the right class and calls its negative the loss: only of logarithms of probabilities is that a likelihood. Of anything else it can fall without end, or below 0 from the first step on, and says nothing.`,
  source: {
    title: "PyTorch, torch.nn.NLLLoss",
    url: "https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html",
  },
  fixes: ["fitting-loss"],
  fits: () => false,
  message: (last) =>
    t`NLLLoss expects logarithms of probabilities, which ${last} does not give: its value is no likelihood, and may fall below 0.`,
});

export const softmaxOneUnit = staticFinding({
  id: "softmax-one-unit",
  title: t`Softmax over one unit`,
  condition: "A Softmax is taken over a dimension of size 1.",
  severity: "error",
  gate: "always",
  why: t`A softmax makes its outputs add up to 1. Of a single one it makes the constant 1, whatever the input, and its gradient is exactly 0: nothing before it can learn.`,
  source: {
    title: "PyTorch, torch.nn.Softmax",
    url: "https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html",
  },
  fixes: ["output-activation", "drop-activation"],

  inspect({ declared }) {
    const row = declared.rows.find((one) => one.type === "Softmax" && softmaxSize(one) === 1);
    if (!row) return undefined;
    return {
      layer: row.path,
      message: t`The softmax of ${spoken(row.path)} is over one unit: it is 1 for every input, and its gradient exactly 0.`,
      figures: { units: 1 },
    };
  },
});

/** Outputs that share a softmax. `dim` counts the batch in front, from the end where it is negative; absent: the last. */
function softmaxSize({ params, output }: DeclaredRow): number {
  const dim = typeof params["dim"] === "number" ? params["dim"] : -1;
  return (dim < 0 ? output.at(dim) : output[dim - 1]) ?? 0;
}

/** What an activation can give at all. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  ReLU: [0, Infinity],
  ReLU6: [0, 6],
  Softplus: [0, Infinity],
  Sigmoid: [0, 1],
  Hardsigmoid: [0, 1],
  Softmax: [0, 1],
  Tanh: [-1, 1],
  Hardtanh: [-1, 1],
  Softsign: [-1, 1],
  LogSigmoid: [-Infinity, 0],
};

const REGRESSION: ReadonlySet<string> = new Set(["MSELoss", "L1Loss", "HuberLoss", "SmoothL1Loss"]);

export const isRegression = ({ loss }: Pick<DeclaredModel, "loss">): boolean => REGRESSION.has(loss.type);

export const outputActivation = staticFinding({
  id: "output-activation",
  title: t`Targets outside of the output's range`,
  condition:
    "The loss is a regression's, the last layer is an activation, and targets lie outside of its range by more than `margin` standard deviations.",
  thresholds: {
    margin: {
      is: 0.05,
      of: t`Targets may lie so many of their standard deviations outside of the activation's range.`,
    },
  },
  severity: "error",
  gate: "always",
  why: t`The last layer is an activation that cannot give some of the targets: those samples keep their error, and pull all units towards the edge of the range, where the gradient is 0.`,
  source: {
    title: "Goodfellow, Bengio, Courville: Deep learning, 2016, section 6.2.2, Output units",
    url: "https://www.deeplearningbook.org/contents/mlp.html",
  },
  fixes: ["drop-activation", "normalize-targets"],

  inspect({ declared, data }, { margin }) {
    const last = lastRow(declared.rows);
    if (!last || !data || !isRegression(declared)) return undefined;
    const range = last.type === "Hardtanh" ? hardtanhRange(last) : RANGES[last.type];
    const { target_min: min = NaN, target_max: max = NaN, target_std: std = NaN } = data;
    if (!range || !(min < range[0] - margin * std || max > range[1] + margin * std)) return undefined;
    return {
      layer: last.path,
      message: t`Targets lie between ${figure(min)} and ${figure(max)}, but ${spoken(last.path)}, a ${last.type}, gives only ${rangeText(range)}.`,
      figures: { target_min: min, target_max: max, low: range[0], high: range[1] },
    };
  },
});

const hardtanhRange = ({ params }: DeclaredRow): readonly [number, number] => [
  Number(params["min_val"] ?? -1),
  Number(params["max_val"] ?? 1),
];

const rangeText = ([low, high]: readonly [number, number]): string => {
  if (high === Infinity) return t`what is at least ${figure(low)}`;
  return low === -Infinity ? t`what is below ${figure(high)}` : t`${figure(low)} to ${figure(high)}`;
};
