/** A number that a finding's condition goes by. */
export interface Threshold {
  readonly doc: string;
  readonly value: number;
}

const threshold = (value: number, doc: string): Threshold => ({ doc, value });

/**
 * Every finding about a run, by its id, with its thresholds: the one table of both. A model file (`"rules"`) and the settings
 * change them by these names. What each finding says is in `insight/findings/`.
 */
export const RULES = {
  "softmax-before-ce": {},
  "activation-before-ce": {},
  "sigmoid-before-bcewithlogits": {},
  "nll-without-log-softmax": {},
  "softmax-one-unit": {},
  "output-activation": {
    margin: threshold(
      0.05,
      "Targets may lie so many of their standard deviations outside of the activation's range.",
    ),
  },
  "constant-init": {},
  "non-finite-data": {},
  "non-finite": {},
  "overflow-near": {
    growth: threshold(
      1.5,
      "The gradient's norm has grown so many times at each of the last three steps, and more.",
    ),
    loss: threshold(3, "The loss is so many times that of the first step, and rises."),
  },
  "target-scale": {
    std: threshold(30, "Standard deviation of a target, beyond which a net of outputs about 1 does not get."),
    offset: threshold(10, "Mean of a target, and as many of its standard deviations."),
  },
  "unscaled-input": {
    rms: threshold(20, "Root mean square of the inputs."),
    largest: threshold(1e6, "Largest magnitude of an input."),
  },
  "clip-threshold": {
    coef: threshold(3e-3, "Median factor that clipping leaves of the gradient."),
  },
  "poor-init": {
    loss: threshold(10, "The first loss is so many times that of the best constant prediction."),
    small: threshold(0.2, "Norm of a unit's weights, below which half of the layers begin."),
    large: threshold(3, "Norm of a unit's weights, above which half of the layers begin."),
  },
  "update-ratio": {
    ratio: threshold(
      0.1,
      "Part of a layer's weights that one of the first steps rewrites, in a run that got worse.",
    ),
    extreme: threshold(0.3, "The same in a run that learned nothing."),
  },
  "weight-decay": {
    decay: threshold(0.005, "Learning rate times weight decay."),
    left: threshold(0.3, "Part of its first norm that is left of a layer's weights."),
  },
  "exploding-time": {
    ratio: threshold(1e3, "‖∂L/∂h_0‖ : ‖∂L/∂h_T‖ at any step."),
  },
  "vanishing-time": {
    ratio: threshold(1e-4, "‖∂L/∂h_0‖ : ‖∂L/∂h_T‖ at the first step and in the median."),
    steps: threshold(200, "Steps within which a gated net may still open."),
    opening: threshold(10, "Growth of the ratio since the first step that says that a gated net opens."),
  },
  "exploding-depth": {
    ratio: threshold(1e3, "‖∂L/∂h‖ of the first layer with weights : the last one's, at the first step."),
    growth: threshold(100, "Growth of the outputs' standard deviation from the first layer to the last."),
    layers: threshold(4, "Layers with weights that it takes to call it depth."),
  },
  "adam-eps": {
    eps: threshold(10, "The gradient's elements are below so many eps."),
    step: threshold(0.2, "Part of the learning rate that a weight moves in a step."),
    layers: threshold(0.34, "Share of the layers where it is so."),
  },
  "lr-too-small": {
    moved: threshold(0.05, "Sum of all relative updates of a layer over the run."),
    decay: threshold(1e-3, "Learning rate at the end : at the start."),
  },
  "vanishing-depth": {
    first: threshold(3e-2, "‖∂L/∂h‖ of the first layer with weights : the last one's, at the first step."),
    ratio: threshold(1e-2, "The same over the window."),
    hops: threshold(3, "Layers with weights between the two, and one."),
    poor: threshold(0.85, "Loss : that of the best constant prediction, above which it counts."),
  },
  collapse: {
    spread: threshold(0.1, "How much a layer's outputs differ from sample to sample: 0 not at all."),
  },
  saturation: {
    share: threshold(0.5, "Share of outputs where the activation is flat, from the first step on."),
    most: threshold(0.75, "The same, where the loss is above half of the best constant prediction's."),
  },
  "dead-relu": {
    share: threshold(0.5, "Share of units that are 0 for every sample."),
    growth: threshold(0.3, "By how much it has grown since the first step."),
    most: threshold(0.75, "The share of units in a run that has learned something."),
  },
  "zero-gradient": {},
  "missing-activation": {},
  "post-norm": {
    layers: threshold(6, "Encoder layers that normalise after each block."),
  },
  "bn-batch": {
    batch: threshold(2, "Samples in a batch, at most."),
  },
  dropout: {
    p: threshold(0.7, "Share of units that is dropped."),
  },
  bottleneck: {
    part: threshold(0.25, "Width : that of both neighbours, at most."),
  },
  "bias-before-norm": {},
  "loss-stalled": {
    nothing: threshold(0.93, "Loss : that of the best constant prediction, above which nothing was learned."),
    worse: threshold(1.15, "The same, above which the run is worse than a constant."),
    flat: threshold(0.02, "Part of the loss that it fell by since half time, at most."),
    trained: threshold(0.1, "Loss : that of the best constant prediction, below which a model is trained."),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Threshold>>>>;

export type FindingId = keyof typeof RULES;

export const FINDING_IDS = Object.keys(RULES) as readonly FindingId[];

/** How a model file or the settings set one finding: `off`, or some of its thresholds. */
export type RuleSetting = "off" | Readonly<Record<string, number>>;

/** What is set otherwise than in the table. */
export type RuleSettings = Readonly<Partial<Record<FindingId, RuleSetting>>>;

/** The thresholds of one finding, by name. */
export type ThresholdsOf<Id extends FindingId> = { readonly [Name in keyof (typeof RULES)[Id]]: number };

/** As set, else as in the table. */
export function thresholdsOf<Id extends FindingId>(id: Id, settings: RuleSettings): ThresholdsOf<Id> {
  const setting = settings[id];
  const set: Readonly<Record<string, number>> = typeof setting === "object" ? setting : {};
  const table: Readonly<Record<string, Threshold>> = RULES[id];
  return Object.fromEntries(
    Object.entries(table).map(([name, { value }]) => [name, set[name] ?? value]),
  ) as ThresholdsOf<Id>;
}
