import type { Saturation } from "../activations/activation.ts";
import type { Graph, Value } from "../graph/graph.ts";
import type { Generator } from "../rng/generator.ts";
import type { Params, Values } from "../params.ts";
import type { Shape } from "../tensor.ts";
import type { TorchCall } from "../torch.ts";

/** One tensor of a layer's `state_dict`, in its order, which is that of PyTorch's construction but for the `early`. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  /**
   * `weight`: a matrix, which `init` sets. `bias`: which `bias_init` sets. `scale`: neither touches it
   * (normalisation layers, `PReLU`). `buffer`: not a parameter (`running_mean`).
   */
  readonly role: "weight" | "bias" | "scale" | "buffer";
  /** PyTorch draws it before all the others of the layer, though it stands behind them. */
  readonly early?: boolean;
  /** Elements `from` … `to` − 1 start at this value, whatever sets the others. */
  readonly fixed?: { readonly from: number; readonly to: number; readonly value: number };
  /** PyTorch's own initial values, drawn from PyTorch's generator. */
  fill(generator: Generator, out: Float32Array, shape: Shape): void;
}

/** The values of a layer's weights while its graph is built. */
export type Weights = Readonly<Record<string, Value>>;

/** A layer type: everything that the parser, the schema, the engine, the editor and the PyTorch export know of it. */
export interface LayerType<P extends Params = Params> {
  /** One or two sentences, Markdown. */
  readonly doc: string;
  readonly group:
    "weights" | "recurrent" | "attention" | "activation" | "normalisation" | "pooling and shape";
  readonly params: P;
  /** Shape of one sample's output. Throws `ShapeError` with both sides of what does not fit; `this layer` is named by the caller. */
  shape(params: Values<P>, input: Shape): Shape;
  weights?(params: Values<P>, input: Shape): readonly WeightSpec[];
  /** Records the layer's ops; `x` has the batch in front. */
  forward(graph: Graph, params: Values<P>, weights: Weights, x: Value): Value;
  /** Has a meaningful `act_dead`. */
  readonly dead?: boolean;
  /** Has a meaningful `act_saturated`. */
  saturation?(params: Values<P>): Saturation;
  /** The input holds ids below this number instead of numbers (`Embedding`). */
  ids?(params: Values<P>): number;
  /** Which axis of a 3-dimensional batch holds the units: set by layers that make one; others pass it on. */
  readonly layout?: "channels" | "sequence";
  /** The smallest batch that it can be trained on; absent: 1. */
  least?(params: Values<P>, input: Shape): number;
  /** Time steps of `time_delta_norm` (recurrent layers). */
  time?(params: Values<P>, input: Shape): number;
  /** As PyTorch has it: `nn.Linear(2, 64)`. */
  torch(params: Values<P>, input: Shape): TorchCall;
}

/** Infers the types of the values from the params; tables hold the result. */
export const layer = <const P extends Params>(type: LayerType<P>): LayerType => type;
