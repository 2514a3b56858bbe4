import { layers } from "../../src/engine/layers/index.ts";
import { gather } from "../../src/engine/data/dataset.ts";
import { CompiledModel } from "../../src/engine/runtime/compiledModel.ts";
import { Generator } from "../../src/engine/rng/generator.ts";
import { scalarBackend } from "../../src/engine/runtime/backend.ts";
import { type Experiment, seeded } from "./experiment.ts";
import { type Model, samplesOf, specOf } from "./training.ts";

interface WeightGradient extends Pick<Experiment, "name" | "expected" | "agrees"> {
  readonly model: Model;
  /** As the `state_dict` names it. */
  readonly weight: string;
}

/** The norm of the gradient of one of a layer's matrices, at the initial weights: statistics are of whole layers. */
export const weightGradient = ({ model, weight, ...row }: WeightGradient): Experiment =>
  seeded(row, scalarBackend.name, (seed) => normOf(model, weight, seed));

async function normOf(model: Model, weight: string, seed: number): Promise<number> {
  const spec = specOf(model, seed);
  const { batch_size: batch } = spec.train;
  const { inputs, targets } = await samplesOf(spec, new Generator(seed));
  const compiled = new CompiledModel(spec, {
    backend: scalarBackend,
    table: layers,
    training: [batch],
    evaluation: [],
  });
  const { lists, step } = compiled.training(batch);
  const { floats } = compiled.memory;
  const first = Uint32Array.from({ length: batch }, (_, i) => i);
  gather(inputs, lists.input.size / batch, first, batch, floats, lists.input.at);
  gather(targets, compiled.targets, first, batch, floats, lists.target);
  step();
  const place = compiled.layout.gradients.get(weight);
  if (!place) throw new Error(`no weight ${weight}`);
  return Math.hypot(...floats.subarray(place.at, place.at + place.size));
}
