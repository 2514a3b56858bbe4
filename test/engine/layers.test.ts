import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { layers } from "../../src/engine/layers/index.ts";
import { sizeOf, type Shape } from "../../src/engine/tensor.ts";
import { LayerBench, layerOf } from "../support/layerBench.ts";
import { directions } from "../support/random.ts";

const STEP = 1e-6; // balances O(h²) and O(ε/h) in double precision
const TOLERANCE = 1e-6; // relative; two layers deep, so that the layer's own input has a gradient, too
const BATCH = 3;

interface Sample {
  readonly input?: Shape;
  readonly set?: Readonly<Record<string, unknown>>;
}

const plane: Shape = [4, 6, 5];

/** What a type is checked on, where it is not a vector of 6 and its default parameters. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  Linear: { set: { out_features: 4 } },
  Conv1d: { input: [4, 6], set: { out_channels: 6, kernel_size: [3], groups: 2 } },
  Conv2d: { input: plane, set: { out_channels: 6, kernel_size: [3, 2], stride: [2, 1], groups: 2 } },
  Embedding: { input: [5], set: { num_embeddings: 7, embedding_dim: 3 } },
  RNN: { input: [4, 3], set: { hidden_size: 5, num_layers: 2, bidirectional: true } },
  LSTM: { input: [4, 3], set: { hidden_size: 5, output: "sequence" } },
  GRU: { input: [4, 3], set: { hidden_size: 5 } },
  MultiheadAttention: { input: [4, 6], set: { num_heads: 3, causal: true } },
  TransformerEncoderLayer: { input: [4, 6], set: { nhead: 2, dim_feedforward: 5, dropout: 0 } },
  BatchNorm2d: { input: plane },
  GroupNorm: { input: plane, set: { num_groups: 2 } },
  InstanceNorm2d: { input: plane, set: { affine: true } },
  MaxPool1d: { input: [4, 6], set: { kernel_size: [2] } },
  MaxPool2d: { input: plane, set: { kernel_size: [2, 2] } },
  AvgPool1d: { input: [4, 6], set: { kernel_size: [2] } },
  AvgPool2d: { input: plane, set: { kernel_size: [2, 2] } },
  AdaptiveAvgPool2d: { input: plane, set: { output_size: [2, 3] } },
  Unflatten: { set: { dim: 1, unflattened_size: [2, 3] } },
  Dropout: { set: { p: 0 } }, // its masks are checked with the op
};

function checkGradient(type: string, { input = [6], set = {} }: Sample): void {
  const ids = layers[type].ids !== undefined;
  const width = input[input.length - 1];
  const layer = layerOf("layer", type, set, input);
  const chain = ids ? [layer] : [layerOf("before", "Linear", { out_features: width }, input), layer];
  const bench = new LayerBench(chain, BATCH);
  const random = directions(type.length + 3);
  const x = Array.from({ length: BATCH * sizeOf(input) }, (_, i) => (ids ? i % 7 : random()));
  const weights = [...bench.layout.gradients].map(([key, { size }]) => ({
    key,
    values: Array.from({ length: size }, () => random()),
    direction: Array.from({ length: size }, random),
  }));
  const at = (h: number): number[] => {
    for (const { key, values, direction } of weights) {
      bench.set(
        key,
        values.map((value, i) => value + h * direction[i]),
      );
    }
    return bench.forward(x);
  };
  const [plus, minus] = [at(STEP), at(-STEP)];
  const dy = plus.map(random);
  const numeric = dy.reduce((sum, d, i) => sum + (d * (plus[i] - minus[i])) / (2 * STEP), 0);
  at(0);
  const gradients = bench.backward(dy);
  const analytic = weights.reduce(
    (sum, { key, direction }) =>
      sum + (gradients.get(key)?.reduce((part, g, i) => part + g * direction[i], 0) ?? NaN),
    0,
  );
  const scale = Math.max(Math.abs(numeric), 1);
  assert.ok(
    Math.abs(numeric - analytic) <= TOLERANCE * scale,
    `central differences give ${numeric}, backward ${analytic}`,
  );
}

suite("every layer type", () => {
  for (const type of Object.keys(layers)) {
    test(`${type}: the gradient of its parameters and its input agrees with central differences`, () =>
      checkGradient(type, SAMPLES[type] ?? {}));
  }
});
