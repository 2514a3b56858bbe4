import type { Dataset } from "../engine/data/data.ts";
import { split } from "../engine/data/dataset.ts";
import { sampler } from "../engine/data/sampler.ts";
import { checkLastBatch } from "../engine/leastBatch.ts";
import { layers } from "../engine/layers/index.ts";
import { Generator } from "../engine/rng.ts";
import type { ModelSpec } from "../engine/spec.ts";
import { Training, type TrainingOptions } from "../engine/training.ts";
import { wantsOf } from "../engine/wants.ts";
import { readWeights } from "../engine/weights/index.ts";
import { LIMITS, type Location } from "./files.ts";
import { loadData } from "./loadData.ts";
import { follow, type ReadOptions } from "./read.ts";

/** The model's data, and the generator that goes on to draw the order of the samples. */
async function dataOf(
  spec: ModelSpec,
  location: Location,
  options: ReadOptions,
): Promise<{ dataset: Dataset; random: Generator }> {
  const random = new Generator(spec.train.seed);
  return { dataset: await loadData(spec.data, location, wantsOf(spec), random, LIMITS, options), random };
}

type Weights = ReadonlyMap<string, Float32Array>;

/** The weights to start from, where the model names a file of them. Without `values` it is only checked. */
async function weightsOf(
  { weights: file, ...spec }: ModelSpec,
  location: Location,
  options: ReadOptions,
  values = true,
): Promise<Weights | undefined> {
  return file === undefined
    ? undefined
    : follow(readWeights(spec, layers, file, values), location, LIMITS, options);
}

/** Throws `DataError` where the model's files do not serve, or hold too few samples. Builds nothing. */
export async function checkData(
  spec: ModelSpec,
  location: Location,
  options: ReadOptions = {},
): Promise<void> {
  const { dataset, random } = await dataOf(spec, location, options);
  await weightsOf(spec, location, options, false);
  const { training } = split(dataset.samples, spec.data.validation, random);
  sampler(training, spec.train, random);
  checkLastBatch(spec, training.length, layers);
}

export type PrepareOptions = Pick<TrainingOptions, "backend" | "histEvery" | "observe"> & ReadOptions;

/** A model ready to be trained: its data read, its weights set. Throws `DataError` as `checkData` does. */
export async function prepare(
  spec: ModelSpec,
  location: Location,
  { signal, onProgress, ...options }: PrepareOptions = {},
): Promise<Training> {
  const reading: ReadOptions = { signal, onProgress };
  const { dataset, random } = await dataOf(spec, location, reading);
  const weights = await weightsOf(spec, location, reading);
  return new Training(spec, dataset, random, { ...options, ...(weights && { weights }) });
}
