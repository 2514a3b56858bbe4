import type { LayerSpec, ModelSpec } from "../src/engine/spec.ts";
import { layersOf } from "../src/engine/spec.ts";
import { sizeOf } from "../src/engine/tensor.ts";

/** Multiply-adds in the forward pass for one sample: those that have to do with the layer's input, and with nothing before it. */
interface Products {
  readonly input: number;
  readonly within: number;
}

/** Products of matrices alone: all else is a small share of a step. */
const products: Readonly<Record<string, (layer: LayerSpec) => Products>> = {
  Linear: ({ input, output }) => ({ input: sizeOf(output) * (input.at(-1) ?? 1), within: 0 }),
  Conv2d: ({ input, output, params }) => {
    const [height, width] = pair(params.kernel_size);
    return { input: sizeOf(output) * input[0] * height * width, within: 0 };
  },
  RNN: (layer) => recurrent(layer, 1),
  LSTM: (layer) => recurrent(layer, 4),
  MultiheadAttention: ({ input: [time, width] }) => ({
    input: 3 * time * width * width,
    within: time * width * width + 2 * time * time * width, // what a causal mask hides is counted
  }),
};

const recurrent = ({ input: [time, features], output }: LayerSpec, gates: number): Products => {
  const hidden = output.at(-1) ?? 1;
  return { input: time * gates * hidden * features, within: time * gates * hidden * hidden };
};

const pair = (size: unknown): readonly [number, number] =>
  Array.isArray(size) ? [Number(size[0]), Number(size[1])] : [Number(size), Number(size)];

/**
 * Floating-point operations of a training step: two for each multiply-add of forward, of the gradient of the weights and of
 * that of the input, which the first layer does not need.
 */
export function stepFlops({ layers, train }: ModelSpec): number {
  const all = [...layersOf(layers)];
  const total = all.map((layer, i) => {
    const { input, within } = products[layer.type]?.(layer) ?? { input: 0, within: 0 };
    return (i === 0 ? 2 : 3) * input + 3 * within;
  });
  return 2 * train.batch_size * total.reduce((a, b) => a + b, 0);
}
