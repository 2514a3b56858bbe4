import type { Declared, JsonSchema, Param } from "../../src/engine/params.ts";
import type { Shape } from "../../src/engine/tensor.ts";
import { optionsOf, type Written } from "./coverage.ts";
import type { SeededRandom } from "./seededRandom.ts";

type Draw = (random: SeededRandom, input: Shape) => unknown;

const integer =
  (from: number, to: number): Draw =>
  (random) =>
    random.integer(from, to);
const number =
  (from: number, to: number): Draw =>
  (random) =>
    random.number(from, to);

/** Where a number of a param lies, such that models stay small and tame. By the param's name, or its type's and its. */
const RANGES: Readonly<Record<string, Draw>> = {
  // layers
  out_features: integer(2, 9),
  out_channels: integer(1, 6),
  hidden_size: integer(2, 6),
  num_layers: integer(1, 3),
  truncate: integer(1, 4),
  forget_bias: number(0, 3),
  num_embeddings: integer(10, 14),
  embedding_dim: integer(2, 6),
  padding_idx: integer(-3, 2),
  num_heads: integer(1, 4),
  nhead: integer(1, 4),
  dim_feedforward: integer(3, 12),
  kernel_size: integer(1, 3),
  stride: integer(1, 3),
  padding: integer(0, 2),
  dilation: integer(1, 2),
  output_size: integer(1, 3),
  divisor_override: integer(1, 6),
  groups: (random, input) => random.pick([1, 2, 3, input[0]]),
  num_groups: (random, input) => random.pick([1, 2, 3, input[0]]),
  num_parameters: (random, input) => random.pick([1, input[0]]),
  start_dim: integer(-3, 2),
  end_dim: integer(-3, 3),
  "Unflatten.dim": integer(-3, 3),
  "Softmax.dim": () => -1,
  eps: (random) => 10 ** -random.integer(3, 6),
  layer_norm_eps: (random) => 10 ** -random.integer(3, 6),
  momentum: number(0.1, 0.9),
  p: number(0.1, 0.6),
  dropout: number(0.1, 0.5),
  negative_slope: number(0.01, 0.4),
  alpha: number(0.5, 1.5),
  min_val: number(-2, -0.2),
  max_val: number(0.2, 2),
  "Softplus.beta": number(0.5, 2),
  threshold: number(5, 20),
  "PReLU.init": number(0, 0.5),
  // losses
  delta: number(0.2, 2),
  "SmoothL1Loss.beta": (random) => random.pick([0, random.number(0.2, 2)]),
  label_smoothing: number(0.05, 0.4),
  // optimizers
  "SGD.lr": number(0.01, 0.1),
  "Adam.lr": number(0.001, 0.02),
  "AdamW.lr": number(0.001, 0.02),
  "RMSprop.lr": number(0.0005, 0.002),
  "Adagrad.lr": number(0.005, 0.02),
  dampening: number(0.05, 0.5),
  weight_decay: number(0.001, 0.1),
  betas: number(0.5, 0.95),
  "RMSprop.alpha": number(0.5, 0.95),
  lr_decay: number(0.01, 0.2),
  // schedules
  step_size: integer(1, 3),
  gamma: number(0.3, 0.95),
  T_max: integer(2, 6),
  eta_min: number(0.0001, 0.001),
  start_factor: number(0.1, 1),
  end_factor: number(0.1, 1),
  total_iters: integer(1, 6),
  max_lr: number(0.005, 0.05),
  total_steps: integer(4, 9),
  pct_start: number(0.3, 0.7),
  base_momentum: number(0.4, 0.8),
  max_momentum: number(0.85, 0.95),
  div_factor: number(2, 25),
  final_div_factor: number(10, 1000),
  // initialisers
  gain: number(0.5, 1.5),
  a: number(0, 0.5),
  "uniform.a": number(-0.6, -0.1),
  "uniform.b": number(0.1, 0.6),
  "trunc_normal.a": (random) => random.pick([-2, -1, 0.2]),
  "trunc_normal.b": number(0.5, 2),
  mean: number(-0.1, 0.1),
  std: number(0.1, 0.5),
  val: number(0.01, 0.2),
  sparsity: number(0.1, 0.5),
  "dirac.groups": integer(1, 2),
  // data
  noise: number(0.05, 0.3),
  turns: number(0.5, 1.5),
  classes: integer(2, 4),
  factor: number(0.3, 0.9),
  centers: integer(2, 4),
  cluster_std: number(0.5, 2),
  frequency: number(0.5, 2),
  samples: integer(17, 40),
  length: integer(2, 6),
};

/** Params that take more than a number in a range. */
const WHOLE: Readonly<Record<string, Draw>> = {
  normalized_shape: (random, input) =>
    random.chance(0.4) ? input.at(-1) : input.slice(-random.integer(1, Math.max(1, input.length))),
  unflattened_size: (random) =>
    random.pick([
      [2, -1],
      [-1, 2],
      [3, -1],
      [2, 2],
      [2, 3],
      [1, -1],
      [-1, 1, 2],
      [2, 2, 2],
    ]),
};

/** Left at their defaults, models would grow large. */
const ALWAYS: ReadonlySet<string> = new Set(["dim_feedforward", "samples", "output_size"]);

/** How often a param has had a value. */
type Seen = (name: string, value: unknown) => number;

/** The params of a row of a table, some of them left out; their options that have been seen least are drawn most often. */
export function drawParams(
  random: SeededRandom,
  type: string,
  { params }: Declared,
  seen: Seen,
  input: Shape = [],
): Written {
  const written: Written = {};
  const draw = (name: string, param: Param<unknown>): unknown => {
    const find = (table: Readonly<Record<string, Draw>>): Draw | undefined =>
      table[`${type}.${name}`] ?? table[name];
    const whole = find(WHOLE);
    if (whole) return whole(random, input);
    const within = find(RANGES);
    const one = (schema: JsonSchema): unknown => {
      const options = optionsOf(schema);
      if (options.length > 0) return random.rarest(options, (option) => seen(name, option));
      if (Array.isArray(schema["anyOf"])) return one(random.pick(schema["anyOf"] as JsonSchema[]));
      if (schema["type"] === "array") {
        return Array.from({ length: Number(schema["minItems"]) }, () => one(schema["items"] as JsonSchema));
      }
      if (!within) throw new Error(`${type}.${name} is new: say in which range its numbers lie`);
      return within(random, input);
    };
    return one(param.schema);
  };
  for (const [name, param] of Object.entries(params)) {
    if (param.required || ALWAYS.has(name) || random.chance(0.6)) written[name] = draw(name, param);
  }
  return written;
}
