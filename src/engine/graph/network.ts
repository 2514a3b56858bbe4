import { add } from "../ops/linear.ts";
import { Graph, type Value } from "./graph.ts";
import { layers as standardLayers } from "../layers/index.ts";
import type { LayerType } from "../layers/layer.ts";
import type { LayerSpec, ModelSpec, ModuleSpec, ResidualSpec } from "../spec.ts";

export type LayerTable = Readonly<Record<string, LayerType>>;

/** A leaf layer or `Residual` block in the graph, between the view where it is entered and the value it gives. */
export interface Module {
  readonly spec: LayerSpec | ResidualSpec;
  readonly entry: Value;
  readonly exit: Value;
  /** The graph's nodes that belong to it: from `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
}

/** A model's graph for one batch size and mode. */
export interface Network {
  readonly graph: Graph;
  readonly input: Value;
  readonly output: Value;
  /** In order of a frame's rows. */
  readonly modules: readonly Module[];
}

/** The name of a weight in the model's `state_dict`. */
export const keyOf = (layer: LayerSpec, weight: string): string => `${layer.path}.${weight}`;

export const typeOf = (table: LayerTable, { type }: LayerSpec): LayerType => {
  const found = table[type];
  if (!found) throw new Error(`no layer type "${type}"`);
  return found;
};

/** Records what `spec` computes of a batch, in `train()` or `eval()` mode. */
export function buildNetwork(
  spec: ModelSpec,
  batch: number,
  training: boolean,
  table: LayerTable = standardLayers,
): Network {
  const graph = new Graph(training);
  const modules: Module[] = [];

  const chain = (modules: readonly ModuleSpec[], x: Value): Value =>
    modules.reduce((y, spec) => build(spec, y), x);

  function build(spec: ModuleSpec, x: Value): Value {
    switch (spec.kind) {
      case "sequential":
        return chain(spec.layers, x);
      case "layer":
        return module(spec, x, (entry) => layer(spec, entry));
      case "residual":
        return module(spec, x, (entry) =>
          graph.apply(add, [chain(spec.layers, entry), chain(spec.shortcut, entry)], null),
        );
      default:
        return spec satisfies never;
    }
  }

  /** Views on both sides, so that the gradient can be seen there even where it joins others. */
  function module(spec: LayerSpec | ResidualSpec, x: Value, body: (entry: Value) => Value): Value {
    const entry = graph.view(x);
    const from = graph.nodes.length;
    const y = body(entry);
    const exit = y === entry ? graph.view(y) : y;
    modules.push({ spec, entry, exit, from, to: graph.nodes.length });
    return exit;
  }

  function layer(layer: LayerSpec, x: Value): Value {
    const type = typeOf(table, layer);
    const weights = (type.weights?.(layer.params, layer.input) ?? []).map(({ name, shape, role }) => [
      name,
      graph.weight(role === "buffer" ? "buffer" : "parameter", keyOf(layer, name), shape),
    ]);
    return type.forward(graph, layer.params, Object.fromEntries(weights) as Record<string, Value>, x);
  }

  const input = graph.input([batch, ...spec.input]);
  return { graph, input, output: chain(spec.layers, input), modules };
}
