import type { Backend } from "../../src/engine/runtime/backend.ts";
import type { Dataset } from "../../src/engine/data/data.ts";
import { losses } from "../../src/engine/losses/index.ts";
import { entryOf } from "../../src/engine/runtime/compiledModel.ts";
import type { NonFinite } from "../../src/engine/statistics/firstNonFinite.ts";
import { Generator } from "../../src/engine/rng/generator.ts";
import type { ModelSpec } from "../../src/engine/spec.ts";
import { Training } from "../../src/engine/training/training.ts";
import { parse } from "../../src/model/parse.ts";
import { copyFrame, type Frame, statOf, type Stat } from "../../src/protocol/frame.ts";
import type { RunInfo } from "../../src/protocol/run.ts";
import { backendFor } from "../../src/worker/backends.ts";
import { loadData } from "../../src/worker/loadData.ts";
import { tables } from "./tables.ts";

/** A model as a model file has it. */
export type Model = Readonly<Record<string, unknown>>;

export interface Run {
  readonly info: RunInfo;
  readonly frames: readonly Frame[];
  /** Where a number was first not finite: in the last of `frames`. */
  readonly broken: NonFinite | undefined;
}

export interface Settings {
  readonly backend?: Backend;
  /** Weights to start from, by their names. */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** Samples to train on instead of the model's `data`. */
  readonly samples?: Dataset;
}

/** The kernels in WebAssembly where they are built and the machine can run them. */
const fastest = backendFor();

/** What the parser makes of a model. Throws with what it finds wrong. */
export function specOf(model: Model, seed: number): ModelSpec {
  const { models, problems } = parse(JSON.stringify({ version: 1, models: { model } }), tables);
  const spec = models[0]?.spec;
  if (!spec) throw new Error(problems.map(({ message }) => message).join("; "));
  return { ...spec, train: { ...spec.train, seed } };
}

/** The generated samples of a model, drawn from `random`. */
export function samplesOf(spec: ModelSpec, random: Generator): Promise<Dataset> {
  const { targets } = entryOf(losses, spec.loss);
  return loadData(
    spec.data,
    { file: "", root: "" },
    { input: spec.input, output: spec.output, targets },
    random,
  );
}

/** Trains a model to its end. */
export async function train(model: Model, seed: number, settings: Settings = {}): Promise<Run> {
  const { backend = fastest, weights, samples } = settings;
  const spec = specOf(model, seed);
  const random = new Generator(seed);
  const dataset = samples ?? (await samplesOf(spec, random));
  const options = { backend, table: tables.layers, ...(weights && { weights }) };
  const training = new Training(spec, dataset, random, options);
  const steps = training.steps();
  const frames: Frame[] = [];
  for (;;) {
    const next = steps.next();
    if (next.done) return { info: training.info, frames, broken: next.value };
    frames.push(copyFrame(next.value));
  }
}

/** A figure of the layer at `path`, at a step from 1. */
export function figure({ info, frames }: Run, path: string, stat: Stat, step = 1): number {
  const layer = info.layers.findIndex((row) => row.path === path);
  if (layer < 0) throw new Error(`no layer ${path}`);
  return statOf(frames[step - 1], layer, stat);
}

/** The median loss of the last 100 steps: what a run has come to, whatever the last batches were. */
export function finalLoss({ frames }: Run): number {
  const last = frames.slice(-100).map(({ loss }) => loss);
  return last.sort((a, b) => a - b)[Math.floor(last.length / 2)];
}
