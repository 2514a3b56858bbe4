import { align } from "./align.ts";
import { keyOf, type LayerTable, typeOf } from "../graph/network.ts";
import { layersOf, type LayerSpec, type ModelSpec } from "../spec.ts";
import { type Tensor, sizeOf } from "../tensor.ts";

/** The parameters of one layer: one block of memory, and one of the same size for their gradients. */
export interface Segment {
  readonly layer: LayerSpec;
  readonly theta: number;
  readonly grad: number;
  readonly size: number;
  /** Places of the optimizer's state, one block of `size` for each name that it asked for. */
  readonly state: readonly number[];
  /** Place of Σθ² in `Memory.doubles`, as the step begins. */
  readonly squares: number;
}

/** What lies in memory between steps, shared by every plan of a model. */
export interface Layout {
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly gradients: ReadonlyMap<string, Tensor>;
  readonly segments: readonly Segment[];
  /** Number of trained values. */
  readonly parameters: number;
  /** Elements of `Memory.floats` that are taken: workspaces begin here. */
  readonly end: number;
  /** Elements of `Memory.doubles` that are taken: sums of a step begin here. */
  readonly doubles: number;
}

/** Places every parameter, its gradient, the optimizer's `states` blocks for it, and every buffer; sums from `doubles` on. */
export function layOut(spec: ModelSpec, table: LayerTable, states: number, doubles = 0): Layout {
  const weights = new Map<string, Tensor>();
  const gradients = new Map<string, Tensor>();
  const segments: Segment[] = [];
  const sized = [...layersOf(spec.layers)].map((layer) => {
    const all = typeOf(table, layer).weights?.(layer.params, layer.input) ?? [];
    const trained = all.filter(({ role }) => role !== "buffer");
    const size = trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return { layer, trained, buffers: all.filter(({ role }) => role === "buffer"), size };
  });
  const total = sized.reduce((sum, { size }) => sum + align(size), 0);

  let start = 0;
  for (const { layer, trained, size } of sized) {
    if (size === 0) continue;
    let offset = start;
    for (const { name, shape } of trained) {
      weights.set(keyOf(layer, name), { at: offset, shape, size: sizeOf(shape) });
      gradients.set(keyOf(layer, name), { at: total + offset, shape, size: sizeOf(shape) });
      offset += sizeOf(shape);
    }
    const state = Array.from({ length: states }, (_, i) => (2 + i) * total + start);
    segments.push({
      layer,
      theta: start,
      grad: total + start,
      size,
      state,
      squares: doubles + segments.length,
    });
    start += align(size);
  }

  let end = (2 + states) * total;
  for (const { layer, buffers } of sized) {
    for (const { name, shape } of buffers) {
      weights.set(keyOf(layer, name), { at: end, shape, size: sizeOf(shape) });
      end += align(sizeOf(shape));
    }
  }
  return {
    weights,
    gradients,
    segments,
    parameters: sized.reduce((sum, { size }) => sum + size, 0),
    end,
    doubles: doubles + segments.length,
  };
}
