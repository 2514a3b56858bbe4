import { rootOf } from "../src/engine/graph/graph.ts";
import type { Layout } from "../src/engine/compile/parameterLayout.ts";
import type { Network } from "../src/engine/graph/network.ts";
import { neededForBackward } from "../src/engine/compile/buffers.ts";
import { sizeOf } from "../src/engine/tensor.ts";

/** Elements that a training step cannot do without, however they are laid out. */
export interface Needed {
  /** Parameters, their gradients, the optimizer's state, buffers; the batch and its targets; the output. */
  readonly lasting: number;
  /** What the backward pass reads of the forward pass. */
  readonly kept: number;
  /** The gradient of the largest activation, which exists while the backward pass passes it. */
  readonly gradient: number;
}

export function neededFloats({ graph, input, output }: Network, layout: Layout, targets: number): Needed {
  const kept = new Map<number, number>();
  let saved = 0;
  for (const node of graph.nodes) {
    const shapes = node.inputs.map(({ shape }) => shape);
    saved += sum(node.op.savedTensors?.(shapes, node.attrs) ?? []);
    for (const { id, shape, source } of neededForBackward(node).map(rootOf)) {
      if (source.kind === "result") kept.set(id, sizeOf(shape));
    }
  }
  const ends = [input, output].filter((value) => !kept.has(rootOf(value).id));
  return {
    lasting: layout.end + input.shape[0] * targets + sum(ends.map(({ shape }) => sizeOf(shape))),
    kept: saved + sum([...kept.values()]),
    gradient: graph.nodes.reduce((most, { output: { shape } }) => Math.max(most, sizeOf(shape)), 0),
  };
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
