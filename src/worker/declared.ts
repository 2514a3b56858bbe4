import { createHash } from "node:crypto";
import { dirname } from "node:path";
import type { Dataset } from "../engine/data/data.ts";
import { dataFilesOf, dataTypeOf } from "../engine/data/files.ts";
import { layers } from "../engine/layers/index.ts";
import { Generator } from "../engine/rng/generator.ts";
import type { ModelSpec } from "../engine/spec.ts";
import { sizeOf } from "../engine/tensor.ts";
import { dataRequirementsOf } from "../engine/graph/dataRequirements.ts";
import { readWeights } from "../engine/weights/index.ts";
import type { Declared } from "./dataStore.ts";
import { LIMITS, type Location } from "./files.ts";
import { loadData } from "./loadData.ts";
import { follow } from "./read.ts";

const FLOAT_BYTES = 4;

export interface Data {
  readonly dataset: Dataset;
  /** What has drawn the data set, and goes on to draw the order of the samples: whoever draws takes a copy. */
  readonly random?: Generator;
}

/** The data of a model. Those of models with the same declaration and the same shapes are the same. */
export function declaredData(spec: ModelSpec, location: Location): Declared<Data> {
  const { type, params, normalize, normalize_targets } = spec.data;
  const { seed } = spec.train;
  const required = dataRequirementsOf(spec);
  const drawn = dataTypeOf(type)?.kind === "generated";
  const { samples } = params as { readonly samples?: number };
  return {
    // The seed only moves what is drawn. Samples are held out, and put in order, by whoever uses the data.
    key: keyOf(location, [type, params, normalize, normalize_targets, required, drawn ? seed : undefined]),
    location,
    files: dataFilesOf(spec.data),
    drawn: drawn ? FLOAT_BYTES * (samples ?? 0) * sizeOf(spec.input) : 0,
    async load(loading) {
      const random = new Generator(seed);
      const dataset = await loadData(spec.data, location, required, random, LIMITS, loading);
      return drawn ? { dataset, random } : { dataset };
    },
    bytesOf: ({ dataset: { inputs, targets } }) => inputs.byteLength + targets.byteLength,
  };
}

export type Weights = ReadonlyMap<string, Float32Array>;

/** The weights to start from, where the model names a file of them. */
export function declaredWeights(spec: ModelSpec, location: Location): Declared<Weights> | undefined {
  const { weights: file, ...rest } = spec;
  if (file === undefined) return undefined;
  return {
    key: keyOf(location, ["weights", file, rest.input, rest.layers]),
    location,
    files: [file],
    drawn: 0,
    load: (loading) => follow(readWeights(rest, layers, file, true), location, LIMITS, loading),
    bytesOf: (weights) => [...weights.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
  };
}

/** A model of thousands of layers is long as a text. */
const keyOf = ({ file, root }: Location, parts: readonly unknown[]): string =>
  createHash("sha256")
    .update(JSON.stringify([dirname(file), root, ...parts]))
    .digest("base64");
