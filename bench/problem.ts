import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { losses } from "../src/engine/losses/index.ts";
import type { LossType } from "../src/engine/losses/loss.ts";
import type { ModelSpec } from "../src/engine/spec.ts";
import { Generator } from "../src/engine/rng/generator.ts";
import { dataRequirementsOf } from "../src/engine/graph/dataRequirements.ts";
import { buildNetwork } from "../src/engine/graph/network.ts";
import { parse } from "../src/model/parse.ts";
import { exportModel } from "../src/pytorch/export.ts";
import { loadData } from "../src/worker/loadData.ts";
import { prepare } from "../src/worker/prepare.ts";

/** A tensor in `values.f32`: its first element's number. */
interface Place {
  readonly shape: readonly number[];
  readonly at: number;
}

export interface Description {
  readonly spec: ModelSpec;
  readonly targets: LossType["targets"];
  readonly tensors: Readonly<Record<string, Place>>;
  /** Every how many steps GradLens takes histograms. */
  readonly histEvery: number;
}

/** No file is read or written there: the data of the benchmark are generated. */
export const location = { file: join(import.meta.dirname, "x.json"), root: import.meta.dirname };

/** The model that a model file's text holds alone. */
export function specOf(text: string): ModelSpec {
  const { models, problems } = parse(text);
  const spec = models[0]?.spec;
  if (!spec) throw new Error(problems[0]?.message);
  return spec;
}

/**
 * Writes to `folder` what a peer needs to train the model as GradLens does, from the same weights on the same batch:
 * `model.py`, the exported program; `values.f32`, the weights by their names in the `state_dict`, the batch `input` and its
 * `target`; `problem.json`, their shapes and places there, and the rest of the model.
 */
export async function writeProblem(spec: ModelSpec, folder: string): Promise<void> {
  const training = await prepare(spec, location);
  const data = await loadData(spec.data, location, dataRequirementsOf(spec), new Generator(spec.train.seed));
  const shapes = weightShapes(spec);
  const batch = spec.train.batch_size;
  const values = new Map<string, { readonly shape: readonly number[]; readonly values: ArrayLike<number> }>([
    ...[...training.weights()].map(
      ([name, values]) => [name, { shape: shapes.get(name) ?? [], values }] as const,
    ),
    ["input", { shape: [batch, ...data.input], values: data.inputs }],
    ["target", { shape: [batch, ...data.target], values: data.targets }],
  ]);

  let at = 0;
  const tensors: Record<string, Place> = {};
  for (const [
    name,
    {
      shape,
      values: { length },
    },
  ] of values) {
    tensors[name] = { shape, at };
    at += length;
  }
  const all = new Float32Array(at);
  for (const [name, { values: elements }] of values) all.set(elements, tensors[name].at);

  const { targets } = (losses as Readonly<Record<string, LossType>>)[spec.loss.type];
  const description: Description = { spec, targets, tensors, histEvery: training.info.hist_every };
  writeFileSync(join(folder, "model.py"), exportModel(spec));
  writeFileSync(join(folder, "values.f32"), all);
  writeFileSync(join(folder, "problem.json"), JSON.stringify(description));
}

function weightShapes(spec: ModelSpec): ReadonlyMap<string, readonly number[]> {
  const { graph } = buildNetwork(spec, spec.train.batch_size, true);
  const weights = graph.nodes.flatMap(({ inputs }) => inputs);
  return new Map(
    weights.flatMap(({ source, shape }) =>
      source.kind === "parameter" || source.kind === "buffer" ? [[source.key, shape] as const] : [],
    ),
  );
}
