import { layers } from "../../src/engine/layers/index.ts";
import { gather } from "../../src/engine/data/dataset.ts";
import { Machine } from "../../src/engine/runtime/compiledModel.ts";
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
  const machine = new Machine(spec, {
    backend: scalarBackend,
    table: layers,
    training: [batch],
    evaluation: [],
  });
  const { plan, step } = machine.training(batch);
  const { floats } = machine.memory;
  const first = Uint32Array.from({ length: batch }, (_, i) => i);
  gather(inputs, plan.input.size / batch, first, batch, floats, plan.input.at);
  gather(targets, machine.targets, first, batch, floats, plan.target);
  step();
  const place = machine.layout.gradients.get(weight);
  if (!place) throw new Error(`no weight ${weight}`);
  return Math.hypot(...floats.subarray(place.at, place.at + place.size));
}
