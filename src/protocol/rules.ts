export interface Threshold {
  readonly is: number;
  /** What it is of, in a sentence. */
  readonly of: string;
}

/**
 * Every finding, by its id, with its thresholds. A model file (`"rules"`) and the editor's settings (`gradlens.rules`) change them by these
 * names. What each finding says stands in `insight/findings/`.
 */
export const RULES = {
  "softmax-before-ce": {},
  "activation-before-ce": {},
  "sigmoid-before-bcewithlogits": {},
  "nll-without-log-softmax": {},
  "softmax-one-unit": {},
  "output-activation": {
    margin: {
      is: 0.05,
      of: "Targets may lie so many of their standard deviations outside of the activation's range.",
    },
  },
  "constant-init": {},
  "non-finite-data": {},
  "non-finite": {},
  "overflow-near": {
    growth: {
      is: 1.5,
      of: "The gradient's norm has grown so many times at each of the last three steps, and more.",
    },
    loss: { is: 3, of: "The loss is so many times that of the first step, and rises." },
  },
  "target-scale": {
    std: {
      is: 30,
      of: "Standard deviation of a target, beyond which a net of outputs about 1 does not get.",
    },
    offset: { is: 10, of: "Mean of a target, and as many of its standard deviations." },
  },
  "unscaled-input": {
    rms: { is: 20, of: "Root mean square of the inputs." },
    largest: { is: 1000000, of: "Largest magnitude of an input." },
  },
  "clip-threshold": {
    coef: { is: 0.003, of: "Median factor that clipping leaves of the gradient." },
  },
  "poor-init": {
    loss: { is: 10, of: "The first loss is so many times that of the best constant prediction." },
    small: { is: 0.2, of: "Norm of a unit's weights, below which half of the layers begin." },
    large: { is: 3, of: "Norm of a unit's weights, above which half of the layers begin." },
  },
  "update-ratio": {
    ratio: {
      is: 0.1,
      of: "Part of a layer's weights that one of the first steps rewrites, in a run that got worse.",
    },
    extreme: { is: 0.3, of: "The same in a run that learned nothing." },
  },
  "weight-decay": {
    decay: { is: 0.005, of: "Learning rate times weight decay." },
    left: { is: 0.3, of: "Part of its first norm that is left of a layer's weights." },
  },
  "exploding-time": {
    ratio: { is: 1000, of: "‖∂L/∂h_0‖ : ‖∂L/∂h_T‖ at any step." },
  },
  "vanishing-time": {
    ratio: { is: 0.0001, of: "‖∂L/∂h_0‖ : ‖∂L/∂h_T‖ at the first step and in the median." },
    steps: { is: 200, of: "Steps within which a gated net may still open." },
    opening: { is: 10, of: "Growth of the ratio since the first step that says that a gated net opens." },
  },
  "exploding-depth": {
    ratio: { is: 1000, of: "‖∂L/∂h‖ of the first layer with weights : the last one's, at the first step." },
    growth: { is: 100, of: "Growth of the outputs' standard deviation from the first layer to the last." },
    layers: { is: 4, of: "Layers with weights that it takes to call it depth." },
  },
  "adam-eps": {
    eps: { is: 10, of: "The gradient's elements are below so many eps." },
    step: { is: 0.2, of: "Part of the learning rate that a weight moves in a step." },
    layers: { is: 0.34, of: "Share of the layers where it is so." },
  },
  "lr-too-small": {
    moved: { is: 0.05, of: "Sum of all relative updates of a layer over the run." },
    decay: { is: 0.001, of: "Learning rate at the end : at the start." },
  },
  "vanishing-depth": {
    first: { is: 0.03, of: "‖∂L/∂h‖ of the first layer with weights : the last one's, at the first step." },
    ratio: { is: 0.01, of: "The same over the window." },
    hops: { is: 3, of: "Layers with weights between the two, and one." },
    poor: { is: 0.85, of: "Loss : that of the best constant prediction, above which it counts." },
  },
  collapse: {
    spread: { is: 0.1, of: "How much a layer's outputs differ from sample to sample: 0 not at all." },
  },
  saturation: {
    share: { is: 0.5, of: "Share of outputs where the activation is flat, from the first step on." },
    most: { is: 0.75, of: "The same, where the loss is above half of the best constant prediction's." },
  },
  "dead-relu": {
    share: { is: 0.5, of: "Share of units that are 0 for every sample." },
    growth: { is: 0.3, of: "By how much it has grown since the first step." },
    most: { is: 0.75, of: "The share of units in a run that has learned something." },
  },
  "zero-gradient": {},
  "missing-activation": {},
  "post-norm": {
    layers: { is: 6, of: "Encoder layers that normalise after each block." },
  },
  "bn-batch": {
    batch: { is: 2, of: "Samples in a batch, at most." },
  },
  dropout: {
    p: { is: 0.7, of: "Share of units that is dropped." },
  },
  bottleneck: {
    part: { is: 0.25, of: "Width : that of both neighbours, at most." },
  },
  "bias-before-norm": {},
  "loss-stalled": {
    nothing: {
      is: 0.93,
      of: "Loss : that of the best constant prediction, above which nothing was learned.",
    },
    worse: { is: 1.15, of: "The same, above which the run is worse than a constant." },
    flat: { is: 0.02, of: "Part of the loss that it fell by since half time, at most." },
    trained: { is: 0.1, of: "Loss : that of the best constant prediction, below which a model is trained." },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Threshold>>>>;

export type FindingId = keyof typeof RULES;

export const FINDING_IDS = Object.keys(RULES) as readonly FindingId[];

/** How a model file, or the editor's settings, set one finding: `off`, or some of its thresholds. */
export type RuleSetting = "off" | Readonly<Record<string, number>>;

/** What is set otherwise than in the table. */
export type RuleSettings = Readonly<Partial<Record<FindingId, RuleSetting>>>;

/** What a model sets itself, and under it what holds for all: threshold by threshold. */
export function rulesOver(own: RuleSettings, under: RuleSettings): RuleSettings {
  const both = Object.entries(own).map(([id, setting]): readonly [string, RuleSetting] => {
    const general = under[id as FindingId];
    const isMerged = typeof setting === "object" && typeof general === "object";
    return [id, isMerged ? { ...general, ...setting } : setting];
  });
  return { ...under, ...Object.fromEntries(both) };
}

/** The thresholds of one finding, by name. */
export type ThresholdsOf<Id extends FindingId> = { readonly [Name in keyof (typeof RULES)[Id]]: number };

const DEFAULTS = Object.fromEntries(
  Object.entries(RULES).map(([id, thresholds]: readonly [string, Readonly<Record<string, Threshold>>]) => [
    id,
    Object.fromEntries(Object.entries(thresholds).map(([name, { is }]) => [name, is])),
  ]),
) as unknown as { readonly [Id in FindingId]: ThresholdsOf<Id> };

/** As set, else as in the table. */
export function thresholdsOf<Id extends FindingId>(id: Id, settings: RuleSettings): ThresholdsOf<Id> {
  const setting = settings[id];
  const set: Readonly<Record<string, number>> = typeof setting === "object" ? setting : {};
  return { ...DEFAULTS[id], ...set };
}
