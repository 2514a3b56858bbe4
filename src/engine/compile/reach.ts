import { type Node, rootOf, type Value } from "../graph/graph.ts";
import type { LayerTable, Network } from "../graph/network.ts";

/* What the backward pass asks of a network before it begins. */

/**
 * The node that alone takes the input, where the gradient of the input can be computed apart: nothing but the first layer's
 * gain needs it, and for a wide input it costs as much as any other product.
 */
export function firstNode({ graph, input }: Network): Node | undefined {
  const users = graph.nodes.filter(({ inputs }) => inputs.some((value) => rootOf(value) === input));
  return users.length === 1 && users[0].op.deferrable ? users[0] : undefined;
}

/** How many nodes, views and ends of layers take each value, by its id. */
export function usersOf({ graph, modules, output }: Network): ReadonlyMap<number, number> {
  const users = new Map<number, number>();
  const seen = new Set<number>();
  const count = ({ id }: Value) => users.set(id, (users.get(id) ?? 0) + 1);
  const views = (value: Value): void => {
    if (value.source.kind !== "view" || seen.has(value.id)) return;
    seen.add(value.id);
    count(value.source.of);
    views(value.source.of);
  };
  for (const node of graph.nodes) {
    node.inputs.forEach(count);
    node.inputs.forEach(views);
  }
  for (const { entry, exit } of modules) [entry, exit].forEach(views);
  views(output);
  count(output);
  return users;
}

/** Every value that a gradient can reach, latest first. */
export function valuesBackwards({ graph, modules, input, output }: Network): readonly Value[] {
  const values = new Map<number, Value>();
  const reach = (value: Value): void => {
    if (values.has(value.id) || value.source.kind === "parameter" || value.source.kind === "buffer") return;
    values.set(value.id, value);
    if (value.source.kind === "view") reach(value.source.of);
  };
  for (const node of graph.nodes) [node.output, ...node.inputs].forEach(reach);
  for (const { entry, exit } of modules) [entry, exit].forEach(reach);
  [input, output].forEach(reach);
  return [...values.values()].sort((a, b) => b.id - a.id);
}

/** Whether the model's first layer takes ids, which have no gradient. */
export function takesIds({ modules }: Network, table: LayerTable): boolean {
  const first = modules.find(({ spec }) => spec.kind === "layer")?.spec;
  return first?.kind === "layer" && table[first.type].ids !== undefined;
}
