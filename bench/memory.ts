import { rootOf, type Node, type Value } from "../src/engine/graph.ts";
import { layers } from "../src/engine/layers/index.ts";
import { Machine } from "../src/engine/machine.ts";
import { buildNetwork } from "../src/engine/network.ts";
import type { ModelSpec } from "../src/engine/spec.ts";
import { sizeOf } from "../src/engine/tensor.ts";
import { specOf } from "./problem.ts";
import { wasm } from "./wasm.ts";
import { modelFile, workloadNames, type WorkloadName } from "./workloads.ts";

export interface ArenaRow {
  readonly name: WorkloadName;
  /** Bytes of the arena of floats. */
  readonly arena: number;
  /** Bytes of parameters, gradients, optimizer state, buffers, and what the way back reads of the way forward. */
  readonly needed: number;
}

export const arenaRows = (): readonly ArenaRow[] =>
  workloadNames.map((name) => ({ name, ...arenaOf(specOf(modelFile(name))) }));

function arenaOf(spec: ModelSpec): Omit<ArenaRow, "name"> {
  const batch = spec.train.batch_size;
  const options = { backend: wasm(), table: layers, training: [batch], evaluation: [] };
  const { layout, memory } = new Machine(spec, options);
  return { arena: 4 * memory.floats.length, needed: 4 * (layout.end + activations(spec, batch)) };
}

/** Elements that backward reads: results of operations, the input, and what operations keep for themselves. */
function activations(spec: ModelSpec, batch: number): number {
  const { graph } = buildNetwork(spec, batch, true);
  const read = new Set<Value>(graph.nodes.flatMap((node) => readBack(node).map(rootOf)));
  const values = [...read].filter(({ source: { kind } }) => kind === "result" || kind === "input");
  const kept = graph.nodes.flatMap(
    ({ op, inputs, attrs }) =>
      op.saves?.(
        inputs.map(({ shape }) => shape),
        attrs,
      ) ?? [],
  );
  return [...values.map(({ shape }) => sizeOf(shape)), ...kept].reduce((a, b) => a + b, 0);
}

function readBack({ op, inputs, output }: Node): readonly Value[] {
  if (!op.reads) return [...inputs, output];
  return [...op.reads.inputs.map((i) => inputs[i]), ...(op.reads.out ? [output] : [])];
}
