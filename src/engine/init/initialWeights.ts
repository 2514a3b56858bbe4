import { initNamed } from "./index.ts";
import { keyOf, type LayerTable, typeOf } from "../graph/network.ts";
import type { Selection } from "../params.ts";
import { Generator } from "../rng/generator.ts";
import { layersOf, type LayerSpec, type ModelSpec } from "../spec.ts";
import { sizeOf } from "../tensor.ts";
import type { WeightSpec } from "../layers/layer.ts";

/**
 * The initial weights and buffers by their names in the `state_dict`: those that PyTorch gives after
 * `torch.manual_seed(seed)` when every module is constructed in order of definition, and `init` and `bias_init` are
 * applied to them in the same order afterwards, and then what is `fixed`.
 */
export function initialWeights(spec: ModelSpec, table: LayerTable): ReadonlyMap<string, Float32Array> {
  const generator = new Generator(spec.train.seed);
  const weights = new Map<string, Float32Array>();
  const leaves = [...layersOf(spec.layers)];
  for (const layer of leaves) {
    for (const { name, shape, fill } of inDrawnOrder(weightsOf(table, layer))) {
      const out = new Float32Array(sizeOf(shape));
      fill(generator, out, shape);
      weights.set(keyOf(layer, name), out);
    }
  }
  for (const layer of leaves) {
    for (const weight of weightsOf(table, layer)) {
      const choice =
        weight.role === "weight" ? layer.init : weight.role === "bias" ? layer.bias_init : undefined;
      const out = weights.get(keyOf(layer, weight.name));
      if (choice && out) fillBy(choice, generator, out, weight);
      if (weight.fixed) out?.fill(weight.fixed.value, weight.fixed.from, weight.fixed.to);
    }
  }
  return weights;
}

const weightsOf = (table: LayerTable, layer: LayerSpec): readonly WeightSpec[] =>
  typeOf(table, layer).weights?.(layer.params, layer.input) ?? [];

const inDrawnOrder = (weights: readonly WeightSpec[]): readonly WeightSpec[] => [
  ...weights.filter(({ early }) => early),
  ...weights.filter(({ early }) => !early),
];

function fillBy(
  { type, params }: Selection,
  generator: Generator,
  out: Float32Array,
  { shape }: WeightSpec,
): void {
  initNamed(type)?.fill(generator, out, shape, params);
}
