import type { Frame } from "../protocol/frame.ts";
import type { RunInfo } from "../protocol/run.ts";
import { type Backend, scalarBackend } from "./backend.ts";
import type { Dataset } from "./data/data.ts";
import { gather, split } from "./data/dataset.ts";
import { type Sampler, sampler } from "./data/sampler.ts";
import { answersOf } from "./losses/loss.ts";
import { layers as standardLayers } from "./layers/index.ts";
import { Machine, type Program } from "./machine.ts";
import type { LayerTable } from "./network.ts";
import type { Plan } from "./plan.ts";
import { checkLastBatch } from "./leastBatch.ts";
import { layerInfo } from "./layerInfo.ts";
import { findNonFinite, type NonFinite } from "./nonfinite.ts";
import type { Generator as Random } from "./rng.ts";
import { type ModelSpec, rowsOf } from "./spec.ts";
import { readHistograms, readRows, readTimes } from "./statistics.ts";
import { prepareUpdate } from "./updates.ts";

export interface TrainingOptions {
  readonly backend?: Backend;
  readonly table?: LayerTable;
  /** Weights to start from, by their names in the `state_dict`; those that are missing keep their initial values. */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** Histograms are taken at every n-th step, from the first; absent: as often as costs little. */
  readonly histEvery?: number;
}

/** How training ended: all steps made (`undefined`), or where a number was first not finite. */
export type Outcome = NonFinite | undefined;

/** Samples of the held-out set that are evaluated at a time. */
const EVALUATION_BATCH = 256;

/** A model that is being trained on a data set. Deterministic: the caller decides pace and stop, never the numbers. */
export class Training {
  readonly info: RunInfo;
  readonly #machine: Machine;
  readonly #dataset: Dataset;
  readonly #sampler: Sampler;
  readonly #held: Uint32Array;

  /** Throws `DataError` where the samples fill no batch, or leave one that is too small. `random` is the generator that has drawn the data set, and goes on to draw the order of the samples. */
  constructor(spec: ModelSpec, dataset: Dataset, random: Random, options: TrainingOptions = {}) {
    const { backend = scalarBackend, table = standardLayers, weights, histEvery } = options;
    this.#dataset = dataset;
    const { training, validation } = split(dataset.samples, spec.data.validation, random);
    this.#held = validation;
    this.#sampler = sampler(training, spec.train, random);
    checkLastBatch(spec, training.length, table);
    this.#machine = new Machine(spec, {
      backend,
      table,
      training: trainingSizes(spec, training.length),
      evaluation: evaluationSizes(this.#held.length),
      ...(weights && { weights }),
    });
    this.info = {
      model: spec.name,
      seed: spec.train.seed,
      parameters: this.#machine.layout.parameters,
      steps: spec.train.steps,
      layers: [...rowsOf(spec.layers)].map((row, i) => layerInfo(table, row, i === 0)),
      hist_every: histEvery ?? this.#machine.histogramPeriod,
      engine: backend.name,
    };
  }

  /** The weights as they are now, by their names in the `state_dict`. */
  weights(): ReadonlyMap<string, Float32Array> {
    const { layout, memory } = this.#machine;
    return new Map(
      [...layout.weights].map(([key, { at, size }]) => [
        key,
        Float32Array.from(memory.floats.subarray(at, at + size)),
      ]),
    );
  }

  /** Makes the steps, one for each frame that is taken. */
  *steps(): Generator<Frame, Outcome> {
    const { steps, batch_size, validate_every = this.#sampler.batches } = this.#machine.spec.train;
    const full = new Uint32Array(batch_size);
    for (let step = 1; step <= steps; step++) {
      const batch = full.subarray(0, this.#sampler.next(full));
      const program = this.#machine.training(batch.length);
      const { frame, broken } = this.#step(program, batch, step);
      const validate = this.#held.length > 0 && (step % validate_every === 0 || step === steps || broken);
      yield validate ? { ...frame, ...this.#validate() } : frame;
      if (broken) return broken;
    }
    return undefined;
  }

  #step(program: Program, batch: Uint32Array, step: number): { frame: Frame; broken: NonFinite | undefined } {
    const { plan } = program;
    const { memory, loss: lossType, spec } = this.#machine;
    const d = memory.doubles;
    this.#feed(batch, plan);
    run(program.forward);
    run(program.backward);
    const counted = (step - 1) % this.info.hist_every === 0;
    if (counted) run(program.histograms);
    const figures = prepareUpdate(this.#machine, this.#machine.kernels, plan.rows, step);
    run(program.update);

    const loss = d[plan.loss];
    const values = readRows(plan.rows, d);
    const time = readTimes(plan.rows, d);
    const answers = answersOf(lossType.targets, spec.output, batch.length);
    const frame = {
      step,
      loss,
      ...figures,
      metric: lossType.targets === "number" ? NaN : d[plan.loss + 1] / answers,
      val_loss: NaN,
      val_metric: NaN,
      values,
      ...(counted && { hist: readHistograms(plan.rows, d) }),
      ...(time && { time }),
    };
    return { frame, broken: findNonFinite(plan.rows, d, loss, this.info.layers, values) };
  }

  /** Puts the samples with these numbers where the plan reads them. */
  #feed(batch: Uint32Array, { input, target }: Plan): void {
    const { floats } = this.#machine.memory;
    const { inputs, targets } = this.#dataset;
    gather(inputs, input.size / batch.length, batch, batch.length, floats, input.at);
    gather(targets, this.#machine.targets, batch, batch.length, floats, target);
  }

  /** Loss and share of right answers on the held-out samples, in `eval()` mode. */
  #validate(): Pick<Frame, "val_loss" | "val_metric"> {
    const { memory, loss, spec } = this.#machine;
    let total = 0;
    let right = 0;
    for (let at = 0; at < this.#held.length; at += EVALUATION_BATCH) {
      const batch = this.#held.subarray(at, at + EVALUATION_BATCH);
      const { plan, forward } = this.#machine.evaluation(batch.length);
      this.#feed(batch, plan);
      run(forward);
      total += memory.doubles[plan.loss] * batch.length;
      right += memory.doubles[plan.loss + 1];
    }
    const answers = answersOf(loss.targets, spec.output, this.#held.length);
    return {
      val_loss: total / this.#held.length,
      val_metric: loss.targets === "number" ? NaN : right / answers,
    };
  }
}

function run(calls: readonly (() => void)[]): void {
  for (const call of calls) call();
}

/** The batch sizes that training meets: the full one, and the rest of an epoch where that is not dropped. */
function trainingSizes({ train: { batch_size, drop_last } }: ModelSpec, samples: number): number[] {
  const rest = drop_last ? 0 : samples % batch_size;
  return [...(samples >= batch_size ? [batch_size] : []), ...(rest ? [rest] : [])];
}

const evaluationSizes = (held: number): number[] =>
  [Math.min(held, EVALUATION_BATCH), held % EVALUATION_BATCH].filter((size) => size > 0);
