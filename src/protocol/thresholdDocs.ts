import type { FindingId, RULES } from "./rules.ts";

/** What each threshold of a finding is of. Apart from their values, so that only what explains them carries it along. */
export const THRESHOLD_DOCS: {
  readonly [Id in FindingId]: { readonly [Name in keyof (typeof RULES)[Id]]: string };
} = {
  "softmax-before-ce": {},
  "activation-before-ce": {},
  "sigmoid-before-bcewithlogits": {},
  "nll-without-log-softmax": {},
  "softmax-one-unit": {},
  "output-activation": {
    margin: "Targets may lie so many of their standard deviations outside of the activation's range.",
  },
  "constant-init": {},
  "non-finite-data": {},
  "non-finite": {},
  "overflow-near": {
    growth: "The gradient's norm has grown so many times at each of the last three steps, and more.",
    loss: "The loss is so many times that of the first step, and rises.",
  },
  "target-scale": {
    std: "Standard deviation of a target, beyond which a net of outputs about 1 does not get.",
    offset: "Mean of a target, and as many of its standard deviations.",
  },
  "unscaled-input": { rms: "Root mean square of the inputs.", largest: "Largest magnitude of an input." },
  "clip-threshold": { coef: "Median factor that clipping leaves of the gradient." },
  "poor-init": {
    loss: "The first loss is so many times that of the best constant prediction.",
    small: "Norm of a unit's weights, below which half of the layers begin.",
    large: "Norm of a unit's weights, above which half of the layers begin.",
  },
  "update-ratio": {
    ratio: "Part of a layer's weights that one of the first steps rewrites, in a run that got worse.",
    extreme: "The same in a run that learned nothing.",
  },
  "weight-decay": {
    decay: "Learning rate times weight decay.",
    left: "Part of its first norm that is left of a layer's weights.",
  },
  "exploding-time": { ratio: "‖∂L/∂h_0‖ : ‖∂L/∂h_T‖ at any step." },
  "vanishing-time": {
    ratio: "‖∂L/∂h_0‖ : ‖∂L/∂h_T‖ at the first step and in the median.",
    steps: "Steps within which a gated net may still open.",
    opening: "Growth of the ratio since the first step that says that a gated net opens.",
  },
  "exploding-depth": {
    ratio: "‖∂L/∂h‖ of the first layer with weights : the last one's, at the first step.",
    growth: "Growth of the outputs' standard deviation from the first layer to the last.",
    layers: "Layers with weights that it takes to call it depth.",
  },
  "adam-eps": {
    eps: "The gradient's elements are below so many eps.",
    step: "Part of the learning rate that a weight moves in a step.",
    layers: "Share of the layers where it is so.",
  },
  "lr-too-small": {
    moved: "Sum of all relative updates of a layer over the run.",
    decay: "Learning rate at the end : at the start.",
  },
  "vanishing-depth": {
    first: "‖∂L/∂h‖ of the first layer with weights : the last one's, at the first step.",
    ratio: "The same over the window.",
    hops: "Layers with weights between the two, and one.",
    poor: "Loss : that of the best constant prediction, above which it counts.",
  },
  collapse: { spread: "How much a layer's outputs differ from sample to sample: 0 not at all." },
  saturation: {
    share: "Share of outputs where the activation is flat, from the first step on.",
    most: "The same, where the loss is above half of the best constant prediction's.",
  },
  "dead-relu": {
    share: "Share of units that are 0 for every sample.",
    growth: "By how much it has grown since the first step.",
    most: "The share of units in a run that has learned something.",
  },
  "zero-gradient": {},
  "missing-activation": {},
  "post-norm": { layers: "Encoder layers that normalise after each block." },
  "bn-batch": { batch: "Samples in a batch, at most." },
  dropout: { p: "Share of units that is dropped." },
  bottleneck: { part: "Width : that of both neighbours, at most." },
  "bias-before-norm": {},
  "loss-stalled": {
    nothing: "Loss : that of the best constant prediction, above which nothing was learned.",
    worse: "The same, above which the run is worse than a constant.",
    flat: "Part of the loss that it fell by since half time, at most.",
    trained: "Loss : that of the best constant prediction, below which a model is trained.",
  },
};
