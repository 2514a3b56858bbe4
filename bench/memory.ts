import { layers } from "../src/engine/layers/index.ts";
import { CompiledModel } from "../src/engine/runtime/compiledModel.ts";
import { neededFloats } from "./needed.ts";
import { buildNetwork } from "../src/engine/graph/network.ts";
import type { ModelSpec } from "../src/engine/spec.ts";
import { specOf } from "./problem.ts";
import { wasm } from "./wasm.ts";
import { modelFile, workloadNames, type WorkloadName } from "./workloads.ts";

export interface ArenaRow {
  readonly name: WorkloadName;
  /** Bytes of the arena of floats. */
  readonly arena: number;
  /** Bytes of parameters, gradients, optimizer state, buffers, and what the backward pass reads of the forward pass. */
  readonly needed: number;
}

export const arenaRows = (): readonly ArenaRow[] =>
  workloadNames.map((name) => ({ name, ...arenaOf(specOf(modelFile(name))) }));

function arenaOf(spec: ModelSpec): Omit<ArenaRow, "name"> {
  const batch = spec.train.batch_size;
  const model = new CompiledModel(spec, {
    backend: wasm(),
    table: layers,
    training: [batch],
    evaluation: [],
  });
  const { lasting, kept } = neededFloats(buildNetwork(spec, batch, true), model.layout, model.targets);
  return { arena: 4 * model.memory.floats.length, needed: 4 * (lasting + kept) };
}
