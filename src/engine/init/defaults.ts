import type { WeightSpec } from "../layers/layer.ts";
import { kaiming_uniform } from "./kaiming.ts";
import { constant, ones, zeros } from "./plain.ts";
import { xavier_uniform } from "./xavier.ts";

/*
 * What PyTorch's modules draw when they are constructed (`reset_parameters`). A layer lists its weights in the order
 * in which PyTorch draws them.
 */
type Fill = WeightSpec["fill"];

/** `weight` of Linear, Conv1d, Conv2d: U(±1/√fan_in), which PyTorch spells kaiming_uniform(a=√5). */
export const weightDefault: Fill = (generator, out, shape) =>
  kaiming_uniform.fill(generator, out, shape, {
    a: Math.sqrt(5),
    mode: "fan_in",
    nonlinearity: "leaky_relu",
  });

/** `bias` of Linear, Conv1d, Conv2d whose weight has this fan_in: U(±1/√fan_in). */
export const biasDefault = (fan_in: number): Fill => uniformWithin(fan_in);

/** Every weight and bias of RNN, LSTM, GRU: U(±1/√hidden_size). */
export const recurrentDefault = (hidden_size: number): Fill => uniformWithin(hidden_size);

/** `weight` of Embedding: N(0, 1), with zeros for the padding's row. */
export const embeddingDefault =
  (padding_idx?: number): Fill =>
  (generator, out, [, width]) => {
    generator.normal(out, 0, 1);
    if (padding_idx !== undefined) out.fill(0, padding_idx * width, (padding_idx + 1) * width);
  };

/** `in_proj_weight` of MultiheadAttention, drawn after its `out_proj`: xavier_uniform. */
export const attentionDefault: Fill = (generator, out, shape) =>
  xavier_uniform.fill(generator, out, shape, { gain: 1 });

/**
 * `out_proj.bias` of MultiheadAttention: 0, but only after a draw of `biasDefault(embed_dim)`, which moves the
 * generator on.
 */
export const discardedDefault =
  (fan_in: number): Fill =>
  (generator, out, shape) => {
    biasDefault(fan_in)(generator, out, shape);
    out.fill(0);
  };

export const zerosDefault: Fill = (generator, out, shape) => zeros.fill(generator, out, shape, {});

export const onesDefault: Fill = (generator, out, shape) => ones.fill(generator, out, shape, {});

/** `weight` of PReLU. */
export const constantDefault =
  (val: number): Fill =>
  (generator, out, shape) =>
    constant.fill(generator, out, shape, { val });

function uniformWithin(n: number): Fill {
  const bound = 1 / Math.sqrt(n);
  return (generator, out) => generator.uniform(out, -bound, bound);
}
