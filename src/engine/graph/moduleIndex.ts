import { rootOf, type Value } from "./graph.ts";
import type { LayerTable, Network, Module } from "./network.ts";
import { type Shape, sizeOf } from "../tensor.ts";

/** Numbers of rows, in their order. */
type Rows = readonly number[];

/** Which rows of a network begin, end and lie where, so that compiling looks each up once. */
export interface ModuleIndex {
  /** Rows that give this value, or one with the same memory. */
  outputs(root: Value): Rows;
  /** Rows whose own exit, or entry, this view is. */
  exits(value: Value): Rows;
  entries(value: Value): Rows;
  /** Rows that begin with the node of this number: in the backward pass they are done after it. */
  begins(node: number): Rows;
  /** The layer that the node of this number belongs to; `undefined`: a block's own. */
  layer(node: number): number | undefined;
  /** A row's output as [outer, units, inner]. */
  readonly units: readonly (readonly [outer: number, units: number, inner: number])[];
}

export function indexModules({ modules, input }: Network, table: LayerTable): ModuleIndex {
  const outputs = group(modules, ({ exit }) => rootOf(exit).id);
  const exits = group(modules, ({ exit }) => exit.id);
  const entries = group(modules, ({ entry }) => entry.id);
  const begins = group(modules, ({ from, to }) => (to > from ? from : -1));
  const layers: number[] = [];
  modules.forEach(({ spec, from, to }, i) => {
    if (spec.kind === "layer") layers.fill(i, from, (layers.length = Math.max(layers.length, to)));
  });
  const none: Rows = [];
  return {
    outputs: ({ id }) => outputs.get(id) ?? none,
    exits: ({ id }) => exits.get(id) ?? none,
    entries: ({ id }) => entries.get(id) ?? none,
    begins: (node) => begins.get(node) ?? none,
    layer: (node) => layers[node],
    units: unitsOf(modules, input.shape, table),
  };
}

function group(modules: readonly Module[], key: (module: Module) => number): ReadonlyMap<number, Rows> {
  const groups = new Map<number, number[]>();
  modules.forEach((module, i) => {
    const list = groups.get(key(module));
    if (list) list.push(i);
    else groups.set(key(module), [i]);
  });
  return groups;
}

/** Units are the channels where the last layer that says so makes channels, else the last dimension. */
function unitsOf(modules: readonly Module[], input: Shape, table: LayerTable): ModuleIndex["units"] {
  let channelsFirst = input.length > 3;
  return modules.map(({ spec, exit: { shape } }) => {
    const layout = spec.kind === "layer" ? table[spec.type].layout : undefined;
    if (layout) channelsFirst = layout === "channels";
    if (shape.length > 2 && channelsFirst) return [shape[0], shape[1], sizeOf(shape.slice(2))];
    const units = shape.at(-1) ?? 1;
    return [sizeOf(shape) / units, units, 1];
  });
}
