import type { LayerInfo } from "../../protocol/run.ts";
import { type Fields, has, shapeOf, size, type Shape } from "./fields.ts";

/** What goes into a layer, and what follows it, as far as the run tells. */
export interface Around {
  readonly input: Shape | undefined;
  readonly next: LayerInfo | undefined;
}

const withoutBias = (layer: LayerInfo): Fields => (has(layer, "bias") ? {} : { bias: false });

/** The least stride, and then the padding nearest to "same", that make `output` of `input`. */
function strideOf(input: number, kernel: number, output: number): { stride: number; padding: number } {
  const paddings = Array.from({ length: kernel }, (_, i) => i);
  const same = (kernel - 1) / 2;
  paddings.sort((a, b) => Math.abs(a - same) - Math.abs(b - same));
  for (let stride = 1; stride <= kernel + 2; stride++) {
    const padding = paddings.find((p) => Math.floor((input + 2 * p - kernel) / stride) + 1 === output);
    if (padding !== undefined) return { stride, padding };
  }
  return { stride: 1, padding: 0 };
}

function convolution(layer: LayerInfo, { input }: Around): Fields {
  const [out_channels, perGroup = 1, ...kernel] = shapeOf(layer, "weight");
  const output = layer.output_shape.slice(1);
  const ways = kernel.map((one, i) => strideOf(input?.[i + 1] ?? output[i] ?? one, one, output[i] ?? 1));
  const [stride, padding] = [size(ways.map((way) => way.stride)), size(ways.map((way) => way.padding))];
  const groups = (input?.[0] ?? perGroup) / perGroup;
  return {
    ...{ out_channels, kernel_size: size(kernel) },
    ...(stride !== 1 && { stride }),
    ...(padding !== 0 && { padding }),
    ...(groups > 1 && { groups }),
    ...withoutBias(layer),
  };
}

/** A window as large as its stride, as pooling is used most. */
function pooling({ output_shape }: LayerInfo, { input = output_shape }: Around): Fields {
  const windows = output_shape.slice(1).map((n, i) => Math.max(1, Math.floor((input[i + 1] ?? n) / n)));
  return { kernel_size: size(windows) };
}

function recurrent(layer: LayerInfo): Fields {
  const names = layer.parameters.map(({ name }) => name);
  const num_layers = names.filter((name) => /^weight_hh_l\d+$/.test(name)).length;
  return {
    hidden_size: shapeOf(layer, "weight_hh_l0")[1],
    ...(num_layers > 1 && { num_layers }),
    ...(!has(layer, "bias_hh_l0") && { bias: false }),
    ...(has(layer, "weight_hh_l0_reverse") && { bidirectional: true }),
  };
}

/** Whether all of a sequence goes on is said by what follows. */
const sequence = (_: LayerInfo, { next }: Around): Fields =>
  (next?.output_shape.length ?? 0) > 1 ? { output: "sequence" } : {};

const norm = (layer: LayerInfo): Fields => (has(layer, "weight") ? {} : { affine: false });
const normalized = (layer: LayerInfo): Fields => ({ normalized_shape: shapeOf(layer, "weight") });

export interface Kind {
  /** What a model file says of such a layer, by the names of PyTorch's arguments. */
  readonly takes: readonly string[];
  /** Where the run does not say what the layer was made with: what the shapes of its parameters and outputs suggest. */
  readonly guess: ((layer: LayerInfo, around: Around) => Fields) | undefined;
  /** What is no argument. */
  readonly more: (layer: LayerInfo, around: Around) => Fields;
}

const nothing = (): Fields => ({});

const kind = (
  takes: readonly string[],
  guess: Kind["guess"] = nothing,
  more: Kind["more"] = nothing,
): Kind => ({
  takes,
  guess,
  more,
});
const unguessable = (takes: readonly string[]): Kind => ({ ...kind(takes), guess: undefined });

const CONVOLUTION = kind(
  ["out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "padding_mode"],
  convolution,
);
const MAX_POOLING = kind(["kernel_size", "stride", "padding", "dilation", "ceil_mode"], pooling);
const AVG_POOLING = kind(
  ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"],
  pooling,
);
const RECURRENT = kind(
  ["hidden_size", "num_layers", "bias", "dropout", "bidirectional", "nonlinearity"],
  recurrent,
  sequence,
);
const BATCH_NORM = kind(["eps", "momentum", "affine", "track_running_stats"], norm);
const PLAIN = kind([]);

export const KINDS: Readonly<Record<string, Kind>> = {
  Linear: kind(["out_features", "bias"], (layer) => ({
    out_features: shapeOf(layer, "weight")[0],
    ...withoutBias(layer),
  })),
  Conv1d: CONVOLUTION,
  Conv2d: CONVOLUTION,
  MaxPool1d: MAX_POOLING,
  MaxPool2d: MAX_POOLING,
  AvgPool1d: AVG_POOLING,
  AvgPool2d: AVG_POOLING,
  AdaptiveAvgPool2d: kind(["output_size"], ({ output_shape }) => ({ output_size: output_shape.slice(1) })),
  RNN: RECURRENT,
  LSTM: RECURRENT,
  GRU: RECURRENT,
  Embedding: kind(["num_embeddings", "embedding_dim", "padding_idx"], (layer) => {
    const [num_embeddings, embedding_dim] = shapeOf(layer, "weight");
    return { num_embeddings, embedding_dim };
  }),
  MultiheadAttention: unguessable(["num_heads", "dropout", "bias"]),
  TransformerEncoderLayer: unguessable([
    "nhead",
    "dim_feedforward",
    "dropout",
    "activation",
    "layer_norm_eps",
    "norm_first",
    "bias",
  ]),
  BatchNorm1d: BATCH_NORM,
  BatchNorm2d: BATCH_NORM,
  LayerNorm: kind(["normalized_shape", "eps", "elementwise_affine", "bias"], normalized),
  RMSNorm: kind(["normalized_shape", "eps", "elementwise_affine"], normalized),
  GroupNorm: unguessable(["num_groups", "eps", "affine"]),
  InstanceNorm2d: kind(["eps", "affine"], (layer) => (has(layer, "weight") ? { affine: true } : {})),
  ReLU: PLAIN,
  ReLU6: PLAIN,
  LeakyReLU: kind(["negative_slope"]),
  ELU: kind(["alpha"]),
  CELU: kind(["alpha"]),
  SELU: PLAIN,
  GELU: kind(["approximate"]),
  SiLU: PLAIN,
  Mish: PLAIN,
  Hardswish: PLAIN,
  Hardsigmoid: PLAIN,
  Sigmoid: PLAIN,
  Tanh: PLAIN,
  Softplus: kind(["beta", "threshold"]),
  Softsign: PLAIN,
  Hardtanh: kind(["min_val", "max_val"]),
  LogSigmoid: PLAIN,
  PReLU: kind(["num_parameters", "init"]),
  Softmax: kind(["dim"]),
  Dropout: kind(["p"]),
  Flatten: kind(["start_dim", "end_dim"]),
  Unflatten: unguessable(["dim", "unflattened_size"]),
};

/** What shapes tell as well as the arguments do. */
export const CERTAIN: ReadonlySet<string> = new Set(["Linear", "Embedding"]);
