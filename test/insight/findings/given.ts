import type { Stat } from "../../../src/protocol/frame.ts";
import type { FindingId } from "../../../src/insight/findings/index.ts";
import { deep, type Given } from "./cases.ts";

/*
 * For every finding a run in which it is found. The loss stays at 1, which is what the best constant costs, where nothing else is said.
 */

type Figures = Partial<Record<Stat, readonly number[]>>;

const linear = (out_features: number, name: string, more: object = {}) => ({
  type: "Linear",
  out_features,
  name,
  ...more,
});

/** Shrinks tenfold from each of the rows of `deep(5)` to the one before. */
const shrinking = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

const recurrent = (type: string) => ({
  input: [3, 4],
  layers: [
    { type, hidden_size: 8, name: "rnn" },
    { type: "Linear", out_features: 1, name: "head" },
  ],
});

const normed = [
  linear(8, "first"),
  { type: "BatchNorm1d", name: "bn" },
  { type: "ReLU", name: "relu" },
  linear(1, "head"),
];

const encoders = {
  input: [3, 4],
  layers: [
    { type: "TransformerEncoderLayer", nhead: 2, dim_feedforward: 8, repeat: 6, name: "enc" },
    { type: "Flatten", name: "flat" },
    linear(1, "head"),
  ],
};

const classifier = (...last: readonly object[]) => ({
  layers: [linear(8, "first"), { type: "ReLU", name: "relu" }, linear(3, "head"), ...last],
  loss: "CrossEntropyLoss",
});

/** The first of two figures at the first step, the second afterwards. */
export const thenStill =
  (first: Figures, now: Figures) =>
  (step: number): Figures =>
    step === 1 ? first : now;

export const GIVEN: Readonly<Record<FindingId, Given>> = {
  "softmax-before-ce": { model: classifier({ type: "Softmax", name: "prob" }) },
  "activation-before-ce": { model: classifier({ type: "ReLU", name: "last" }) },
  "sigmoid-before-bcewithlogits": {
    model: { layers: [linear(1, "head"), { type: "Sigmoid", name: "prob" }], loss: "BCEWithLogitsLoss" },
  },
  "nll-without-log-softmax": { model: { ...classifier({ type: "Softmax", name: "prob" }), loss: "NLLLoss" } },
  "softmax-one-unit": { model: { layers: [linear(1, "head"), { type: "Softmax", name: "prob" }] } },
  "output-activation": { model: { layers: [linear(1, "head"), { type: "Sigmoid", name: "last" }] } },
  "constant-init": { model: { init: "ones" } },
  "non-finite-data": { data: { input_nonfinite: 3 } },
  "non-finite": {
    loss: (step) => (step === 40 ? NaN : 1),
    stats: (step) => (step === 40 ? { act_nonfinite: [0, 2, 2] } : {}),
    end: { reason: "non_finite", steps: 40, elapsed_ms: 9, layer: "tanh", where: "activation" },
  },
  "overflow-near": {
    loss: (step) => (step < 36 ? 1 : 2 ** (step - 35)),
    totals: (step) => ({ grad_norm: step < 36 ? 1 : 2 ** (step - 35) }),
  },
  "target-scale": { data: { target_std: 2000 } },
  "unscaled-input": { data: { input_rms: 140, input_max: 300 } },
  "clip-threshold": {
    model: { clip_grad_norm: 0.01 },
    totals: { clip_coef: 0.001 },
    stats: { update_ratio: [1e-5, NaN, 1e-5] },
  },
  "poor-init": { loss: (step) => (step === 1 ? 40 : 1) },
  "update-ratio": {
    stats: thenStill({ update_ratio: [0.02, NaN, 0.6] }, { update_ratio: [0.02, NaN, 0.02] }),
  },
  "weight-decay": {
    model: { optimizer: { type: "SGD", lr: 0.1, weight_decay: 0.5 } },
    stats: thenStill({ weight_norm: [4, NaN, 2] }, { weight_norm: [0.04, NaN, 1] }),
  },
  "exploding-time": { model: recurrent("RNN"), time: [5e4, 2e2, 1] },
  "vanishing-time": { model: recurrent("RNN"), time: [2e-9, 1e-4, 0.1] },
  "exploding-depth": {
    model: { layers: deep(5) },
    stats: { delta_norm: shrinking.toReversed().map((delta) => 1e4 * delta) },
  },
  "adam-eps": {
    model: { optimizer: { type: "Adam", lr: 0.01 } },
    stats: { grad_std: [1e-9, NaN, 1e-9], update_ratio: [1e-4, NaN, 1e-4], weight_norm: [2, NaN, 2] },
  },
  "lr-too-small": { stats: { update_ratio: [1e-5, NaN, 2e-5] } },
  "vanishing-depth": { model: { layers: deep(5) }, stats: { delta_norm: shrinking } },
  collapse: {
    model: { layers: deep(5) },
    stats: { act_spread: [0.67, 0.6, 0.15, 0.12, 0.04, 0.03, 0.008, 0.002, 0.001] },
  },
  saturation: {
    stats: thenStill({ act_saturated: [NaN, 0.66, NaN] }, { act_saturated: [NaN, 0.72, NaN] }),
  },
  "dead-relu": {
    model: { layers: deep(2) },
    stats: thenStill({ act_dead: [NaN, 0.25, NaN] }, { act_dead: [NaN, 0.75, NaN] }),
  },
  "zero-gradient": { stats: { delta_norm: [0, 0, 1] } },
  "missing-activation": { model: { layers: [linear(8, "first"), linear(1, "second")] } },
  "post-norm": { model: encoders },
  "bn-batch": { model: { layers: normed, train: { batch_size: 2 } } },
  dropout: {
    model: {
      layers: [
        linear(8, "first"),
        { type: "Tanh", name: "tanh" },
        { type: "Dropout", p: 0.9, name: "drop" },
        linear(1, "head"),
      ],
    },
  },
  bottleneck: {
    model: {
      layers: [
        linear(32, "first"),
        { type: "Tanh", name: "a" },
        linear(1, "code"),
        { type: "Tanh", name: "b" },
        linear(32, "back"),
        { type: "Tanh", name: "c" },
        linear(10, "head"),
      ],
    },
  },
  "bias-before-norm": { model: { layers: normed } },
  "loss-stalled": {},
};
