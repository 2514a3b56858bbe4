/**
 * Every finding about a run, by its id, with its thresholds: the one table of both. A model file (`"rules"`) and the settings
 * change them by these names. What each threshold is of
 * stands in `thresholdDocs.ts`, what each finding says in `insight/findings/`.
 */
export const RULES = {
  "softmax-before-ce": {},
  "activation-before-ce": {},
  "sigmoid-before-bcewithlogits": {},
  "nll-without-log-softmax": {},
  "softmax-one-unit": {},
  "output-activation": {
    margin: 0.05,
  },
  "constant-init": {},
  "non-finite-data": {},
  "non-finite": {},
  "overflow-near": {
    growth: 1.5,
    loss: 3,
  },
  "target-scale": {
    std: 30,
    offset: 10,
  },
  "unscaled-input": {
    rms: 20,
    largest: 1e6,
  },
  "clip-threshold": {
    coef: 3e-3,
  },
  "poor-init": {
    loss: 10,
    small: 0.2,
    large: 3,
  },
  "update-ratio": {
    ratio: 0.1,
    extreme: 0.3,
  },
  "weight-decay": {
    decay: 0.005,
    left: 0.3,
  },
  "exploding-time": {
    ratio: 1e3,
  },
  "vanishing-time": {
    ratio: 1e-4,
    steps: 200,
    opening: 10,
  },
  "exploding-depth": {
    ratio: 1e3,
    growth: 100,
    layers: 4,
  },
  "adam-eps": {
    eps: 10,
    step: 0.2,
    layers: 0.34,
  },
  "lr-too-small": {
    moved: 0.05,
    decay: 1e-3,
  },
  "vanishing-depth": {
    first: 3e-2,
    ratio: 1e-2,
    hops: 3,
    poor: 0.85,
  },
  collapse: {
    spread: 0.1,
  },
  saturation: {
    share: 0.5,
    most: 0.75,
  },
  "dead-relu": {
    share: 0.5,
    growth: 0.3,
    most: 0.75,
  },
  "zero-gradient": {},
  "missing-activation": {},
  "post-norm": {
    layers: 6,
  },
  "bn-batch": {
    batch: 2,
  },
  dropout: {
    p: 0.7,
  },
  bottleneck: {
    part: 0.25,
  },
  "bias-before-norm": {},
  "loss-stalled": {
    nothing: 0.93,
    worse: 1.15,
    flat: 0.02,
    trained: 0.1,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

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
  return { ...RULES[id], ...set };
}
