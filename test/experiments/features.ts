import { initialWeights } from "../../src/engine/init/initialWeights.ts";
import { Generator } from "../../src/engine/rng/generator.ts";
import { layersOf } from "../../src/engine/spec.ts";
import { LayerBench } from "../support/layerBench.ts";
import { doubleBackend } from "../../src/engine/runtime/backend.ts";
import { type Experiment, seeded } from "./experiment.ts";
import { tables } from "./tables.ts";
import { type Model, samplesOf, specOf } from "./training.ts";

const BATCH = 64;

interface Similarity extends Pick<Experiment, "name" | "expected" | "agrees"> {
  readonly model: Model;
}

/** The mean cosine between the features of two samples, as they come before the model's last layer, at its initial weights. */
export const similarity = ({ model, ...row }: Similarity): Experiment =>
  seeded(row, doubleBackend.name, async (seed) => meanCosine(await features(model, seed)));

/** The features of the first `BATCH` samples, one row each. */
async function features(model: Model, seed: number): Promise<readonly (readonly number[])[]> {
  const spec = specOf(model, seed);
  const { inputs } = await samplesOf(spec, new Generator(seed));
  const chain = [...layersOf(spec.layers)].slice(0, -1);
  const bench = new LayerBench(chain, BATCH);
  for (const [key, values] of initialWeights({ ...spec, layers: chain }, tables.layers))
    bench.set(key, values);
  const flat = bench.forward(inputs.subarray(0, BATCH * spec.input[0]));
  const width = flat.length / BATCH;
  return Array.from({ length: BATCH }, (_, i) => flat.slice(i * width, (i + 1) * width));
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i], 0);

function meanCosine(rows: readonly (readonly number[])[]): number {
  let sum = 0;
  let pairs = 0;
  rows.forEach((a, i) => {
    for (const b of rows.slice(0, i)) {
      sum += dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
      pairs++;
    }
  });
  return sum / pairs;
}
