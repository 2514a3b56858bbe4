import type { Dataset } from "../engine/data/data.ts";
import { split } from "../engine/data/dataset.ts";
import { sampler } from "../engine/data/sampler.ts";
import { checkLastBatch } from "../engine/training/lastBatch.ts";
import { layers } from "../engine/layers/index.ts";
import { Generator } from "../engine/rng/generator.ts";
import type { ModelSpec } from "../engine/spec.ts";
import { Training, type TrainingOptions } from "../engine/training/training.ts";
import type { FileState } from "../protocol/worker.ts";
import { DataStore, type Wish } from "./dataStore.ts";
import { declaredData, declaredWeights, type Weights } from "./declared.ts";
import { stateOf } from "./fileState.ts";
import type { Location } from "./files.ts";

/** How a model's files are loaded: where they are kept, and who waits for them. */
export interface Preparing extends Wish {
  /** Where what is loaded is kept; absent: nowhere. */
  readonly store?: DataStore;
  /** Told of the files that were read, as they were. */
  read?(files: readonly FileState[]): void;
}

/** What a model's files come to. */
interface Content {
  readonly dataset: Dataset;
  /** The generator that goes on to draw the order of the samples. */
  readonly random: Generator;
  /** The weights to start from, where the model names a file of them. */
  readonly weights?: Weights;
}

/** Both at a time, so that whoever waits for them instead of another finds them all. */
async function contentOf(spec: ModelSpec, location: Location, preparing: Preparing): Promise<Content> {
  const { store = new DataStore(0), read, ...wish } = preparing;
  const named = declaredWeights(spec, location);
  const [data, weights] = await Promise.all([
    store.get(declaredData(spec, location), wish),
    named && store.get(named, wish),
  ]);
  read?.([...data.files, ...(weights?.files ?? [])].map(stateOf));
  const { dataset, random } = data.value;
  return {
    dataset,
    random: random?.copy() ?? new Generator(spec.train.seed),
    ...(weights && { weights: weights.value }),
  };
}

/** Throws `DataError` where the model's files do not serve, or hold too few samples. Builds nothing. */
export async function checkData(
  spec: ModelSpec,
  location: Location,
  preparing: Preparing = {},
): Promise<void> {
  const { dataset, random } = await contentOf(spec, location, preparing);
  const { training } = split(dataset.samples, spec.data.validation, random);
  sampler(training, spec.train, random);
  checkLastBatch(spec, training.length, layers);
}

export type PrepareOptions = Pick<TrainingOptions, "backend" | "histEvery" | "statistics" | "after">;

/** A model ready to be trained: its data read, its weights set. Throws `DataError` as `checkData` does. */
export async function prepare(
  spec: ModelSpec,
  location: Location,
  options: PrepareOptions = {},
  preparing: Preparing = {},
): Promise<Training> {
  const { dataset, random, weights } = await contentOf(spec, location, preparing);
  return new Training(spec, dataset, random, { ...options, ...(weights && { weights }) });
}
