import { doubleBackend } from "../../src/engine/runtime/backend.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import type { Memory } from "../../src/engine/kernels/memory.ts";
import { layers } from "../../src/engine/layers/index.ts";
import { layOut, type Layout } from "../../src/engine/compile/parameterLayout.ts";
import { buildNetwork, typeOf } from "../../src/engine/graph/network.ts";
import { compile, type CallLists } from "../../src/engine/compile/compile.ts";
import { bind } from "../../src/engine/compile/recorder.ts";
import type { LayerSpec, ModelSpec } from "../../src/engine/spec.ts";
import { readTimes, timeSteps } from "../../src/engine/statistics/readStatistics.ts";
import { type Shape, type Tensor, sizeOf } from "../../src/engine/tensor.ts";
import { lehmer } from "./random.ts";

/** A layer with PyTorch's defaults for the params that are not set. */
export function layerOf(
  path: string,
  type: string,
  set: Readonly<Record<string, unknown>>,
  input: Shape,
): LayerSpec {
  const declared = typeOf(layers, { type } as LayerSpec);
  const defaults = Object.entries(declared.params).map(([key, { fallback }]): [string, unknown] => [
    key,
    fallback,
  ]);
  const params = { ...Object.fromEntries(defaults), ...set };
  return { kind: "layer", path, type, params, input, output: declared.shape(params, input) };
}

/** A model of these layers, one after the other. */
export const modelOf = (chain: readonly LayerSpec[], seed = 0): ModelSpec => ({
  name: "model",
  input: chain[0].input,
  output: chain[chain.length - 1].output,
  layers: chain,
  loss: { type: "MSELoss", params: {} },
  optimizer: { type: "SGD", params: {} },
  data: { type: "gaussian", params: {}, normalize: false, normalize_targets: false, validation: 0 },
  train: { steps: 1, batch_size: 1, seed, shuffle: false, drop_last: false },
});

/** Layers one after the other in double precision, with ∂L/∂y as given instead of a loss. */
export class LayerBench {
  readonly layout: Layout;
  readonly #lists: CallLists;
  readonly #memory: Memory;
  readonly #kernels: Kernels;
  readonly #y: Tensor;

  constructor(chain: readonly LayerSpec[], batch: number, training = true) {
    const spec = modelOf(chain);
    this.layout = layOut(spec, layers, 0);
    const network = buildNetwork(spec, batch, training);
    let y: Tensor | undefined;
    this.#lists = compile(network, {
      layout: this.layout,
      table: layers,
      loss(k, { x, target, dx }) {
        y = x;
        k.copyRows(1, x.size, target, x.size, dx, x.size);
      },
      targets: sizeOf(spec.output),
    });
    if (!y) throw new Error("the lists have no output");
    this.#y = y;
    this.#memory = doubleBackend.memory(this.#lists.floats, this.#lists.doubles);
    this.#kernels = doubleBackend.kernels(this.#memory, lehmer(7));
  }

  set(weight: string, values: ArrayLike<number>): void {
    this.#memory.floats.set(values, this.#place(this.layout.weights, weight).at);
  }

  forward(x: ArrayLike<number>): number[] {
    this.#memory.floats.set(x, this.#lists.input.at);
    bind(this.#kernels, this.#lists.forward).forEach((call) => call());
    return this.#read(this.#y);
  }

  /** Gradients of all parameters for ∂L/∂y. Comes after `forward`. */
  backward(dy: ArrayLike<number>): ReadonlyMap<string, number[]> {
    this.#memory.floats.set(dy, this.#lists.target);
    bind(this.#kernels, this.#lists.forward).forEach((call) => call());
    bind(this.#kernels, this.#lists.backward).forEach((call) => call());
    return new Map([...this.layout.gradients].map(([key, place]) => [key, this.#read(place)]));
  }

  /** ‖∂L/∂h_t‖ of the recurrent layers. Comes after `backward`. */
  times(): ArrayLike<number> {
    const { layers } = this.#lists;
    const norms = new Float64Array(timeSteps(layers));
    readTimes(layers, this.#memory.doubles, norms);
    return norms;
  }

  #place(table: ReadonlyMap<string, Tensor>, key: string): Tensor {
    const place = table.get(key);
    if (!place) throw new Error(`no weight ${key}`);
    return place;
  }

  #read({ at, size }: Tensor): number[] {
    return Array.from(this.#memory.floats.subarray(at, at + size));
  }
}
