import { add } from "../ops/linear.ts";
import { Graph, type Value } from "./graph.ts";
import { layers as standardLayers } from "../layers/index.ts";
import type { LayerType } from "../layers/layer.ts";
import type { LayerSpec, ModelSpec, ModuleSpec, ResidualSpec } from "../spec.ts";

export type LayerTable = Readonly<Record<string, LayerType>>;

/** A leaf layer or `Residual` block in the graph, between the view where it is entered and the value it gives. */
export interface Row {
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
  readonly rows: readonly Row[];
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
  const rows: Row[] = [];

  const chain = (modules: readonly ModuleSpec[], x: Value): Value =>
    modules.reduce((y, part) => build(part, y), x);

  function build(part: ModuleSpec, x: Value): Value {
    switch (part.kind) {
      case "sequential":
        return chain(part.layers, x);
      case "layer":
        return row(part, x, (entry) => leaf(part, entry));
      case "residual":
        return row(part, x, (entry) =>
          graph.apply(add, [chain(part.layers, entry), chain(part.shortcut, entry)], null),
        );
      default:
        return part satisfies never;
    }
  }

  /** Views on both sides, so that the gradient can be seen there even where it joins others. */
  function row(spec: LayerSpec | ResidualSpec, x: Value, body: (entry: Value) => Value): Value {
    const entry = graph.view(x);
    const from = graph.nodes.length;
    const y = body(entry);
    const exit = y === entry ? graph.view(y) : y;
    rows.push({ spec, entry, exit, from, to: graph.nodes.length });
    return exit;
  }

  function leaf(layer: LayerSpec, x: Value): Value {
    const type = typeOf(table, layer);
    const weights = (type.weights?.(layer.params, layer.input) ?? []).map(({ name, shape, role }) => [
      name,
      graph.weight(role === "buffer" ? "buffer" : "parameter", keyOf(layer, name), shape),
    ]);
    return type.forward(graph, layer.params, Object.fromEntries(weights) as Record<string, Value>, x);
  }

  const input = graph.input([batch, ...spec.input]);
  return { graph, input, output: chain(spec.layers, input), rows };
}
