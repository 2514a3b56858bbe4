import { HIST_BINS, STATS, TOTALS, type Frame, type Total } from "../../protocol/frame.ts";
import type { RunInfo } from "../../protocol/run.ts";
import { type Backend, scalarBackend } from "../runtime/backend.ts";
import type { Dataset } from "../data/data.ts";
import { dataFactsOf } from "../data/dataFacts.ts";
import { gather, split } from "../data/dataset.ts";
import { type Sampler, sampler } from "../data/sampler.ts";
import { answersOf } from "../losses/loss.ts";
import { layers as standardLayers } from "../layers/index.ts";
import { CompiledModel, type CompiledStep } from "../runtime/compiledModel.ts";
import type { LayerTable } from "../graph/network.ts";
import type { CallLists } from "../compile/compile.ts";
import { checkLastBatch } from "./lastBatch.ts";
import type { LayerSums } from "../statistics/layerSums.ts";
import { declaredModel } from "../graph/declaredModel.ts";
import { dataRequirementsOf } from "../graph/dataRequirements.ts";
import { layerInfo } from "../graph/layerInfo.ts";
import { sizeOf } from "../tensor.ts";
import { findNonFinite, type NonFinite } from "../statistics/firstNonFinite.ts";
import type { Generator as Random } from "../rng/generator.ts";
import { type ModelSpec, modulesOf } from "../spec.ts";
import {
  areFinite,
  keepWeights,
  readHistograms,
  readLayers,
  readTimes,
  timeSteps,
} from "../statistics/readStatistics.ts";
import { type PrepareUpdate, updater } from "./prepareUpdate.ts";
import { type Cause, Replay } from "./replay.ts";

export interface TrainingOptions {
  readonly backend?: Backend;
  readonly table?: LayerTable;
  /** Weights to start from, by their names in the `state_dict`; those that are missing keep their initial values. */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** Histograms are taken at every n-th step, from the first; absent: as often as costs little. */
  readonly histEvery?: number;
  /** Absent: yes. Without, a step computes the update alone, and its frame has only totals: what statistics cost. */
  readonly statistics?: boolean;
  /**
   * A training of the same model with another seed and the same options, which is over and nobody's any more: its memory and what was
   * compiled for it are taken over.
   */
  readonly after?: Training;
}

/** How training ended: all steps made (`undefined`), or where a number was first not finite, and what computed it where that is known. */
export type Outcome = (NonFinite & Partial<Cause>) | undefined;

/** Samples of the held-out set that are evaluated at a time. */
const EVALUATION_BATCH = 256;

/** A model that is being trained on a data set. Deterministic: the caller decides pace and stop, never the numbers. */
export class Training {
  readonly info: RunInfo;
  readonly #model: CompiledModel;
  readonly #dataset: Dataset;
  readonly #sampler: Sampler;
  readonly #held: Uint32Array;
  /** Answers for one sample that can be right; NaN: the loss knows no right and wrong. */
  readonly #answers: number;
  readonly #prepareUpdate: PrepareUpdate;
  readonly #plain: Writable;
  readonly #sampled: Writable;

  /** Throws `DataError` where the samples fill no batch, or leave one that is too small. `random` is the generator that has drawn the data set, and goes on to draw the order of the samples. */
  constructor(spec: ModelSpec, dataset: Dataset, random: Random, options: TrainingOptions = {}) {
    const {
      backend = scalarBackend,
      table = standardLayers,
      weights,
      histEvery,
      statistics = true,
      after,
    } = options;
    this.#dataset = dataset;
    const { training, validation } = split(dataset.samples, spec.data.validation, random);
    this.#held = validation;
    this.#sampler = sampler(training, spec.train, random);
    checkLastBatch(spec, training.length, table);
    const sizes = {
      training: trainingSizes(spec, training.length),
      evaluation: evaluationSizes(this.#held.length),
    };
    const before = after && after.#model.serves(sizes) ? after.#model : undefined;
    before?.restart(spec.train.seed, weights);
    this.#model =
      before ??
      new CompiledModel(spec, {
        backend,
        table,
        ...sizes,
        ...(weights && { weights }),
        statistics,
        ...(histEvery !== undefined && { histEvery }),
      });
    const { targets } = this.#model.loss;
    this.#answers = targets === "number" ? NaN : answersOf(targets, spec.output, 1);
    this.#prepareUpdate = updater(this.#model);
    [this.#plain, this.#sampled] = framesOf(this.#model.layers);
    this.info = {
      model: spec.name,
      seed: spec.train.seed,
      parameters: this.#model.layout.parameters,
      steps: spec.train.steps,
      layers: [...modulesOf(spec.layers)].map((module, i) => layerInfo(table, module, i === 0)),
      hist_every: this.#model.samplingInterval,
      engine: backend.name,
      declared: declaredModel(spec),
      data: dataFactsOf(dataset, training, dataRequirementsOf(spec, table), this.#model.loss, spec.loss),
    };
  }

  get spec(): ModelSpec {
    return this.#model.spec;
  }

  /** The input of the data's first sample. */
  firstInput(): Float32Array {
    return this.#dataset.inputs.slice(0, sizeOf(this.#dataset.input));
  }

  /** The weights as they are now, by their names in the `state_dict`. */
  weights(): ReadonlyMap<string, Float32Array> {
    const { layout, memory } = this.#model;
    return new Map(
      [...layout.weights].map(([key, { at, size }]) => [
        key,
        Float32Array.from(memory.floats.subarray(at, at + size)),
      ]),
    );
  }

  /**
   * Makes the steps, one for each frame that is taken. A step allocates nothing: what is yielded is one of two frames, with
   * histograms and without, which the next step writes again with all their arrays. Whoever keeps one keeps `copyFrame` of it.
   * Other threads are released at the end: whoever leaves before calls the generator's `return`.
   */
  *steps(): Generator<Frame, Outcome> {
    try {
      return yield* this.#steps();
    } finally {
      this.#model.close();
    }
  }

  *#steps(): Generator<Frame, Outcome> {
    const { steps, batch_size, validate_every = this.#sampler.batches } = this.#model.spec.train;
    const batch = new Uint32Array(batch_size);
    const replay = this.#model.hasStatistics ? this.#replay() : undefined;
    for (let step = 1; step <= steps; step++) {
      const count = this.#sampler.next(batch);
      replay?.begin(step, batch, count);
      const frame = this.#isSampled(step) ? this.#sampled : this.#plain;
      const broken = this.#step(this.#model.training(count), batch, count, step, frame);
      if (this.#held.length > 0 && (step % validate_every === 0 || step === steps || broken)) {
        this.#validate(frame);
      }
      yield frame;
      if (broken) {
        const row = this.info.layers.findIndex(({ path }) => path === broken.layer);
        return { ...broken, ...replay?.causeOf(broken, step, row) };
      }
    }
    return undefined;
  }

  #replay(): Replay | undefined {
    return Replay.of({
      model: this.#model,
      prepareUpdate: this.#prepareUpdate,
      feed: (batch, count, { lists }) => this.#feed(batch, 0, count, lists),
    });
  }

  /** Whether step `step` has histograms. */
  #isSampled(step: number): boolean {
    return this.#model.hasStatistics && (step - 1) % this.info.hist_every === 0;
  }

  #step(
    compiled: CompiledStep,
    batch: Uint32Array,
    count: number,
    step: number,
    frame: Writable,
  ): NonFinite | undefined {
    const { lists } = compiled;
    const { memory, hasStatistics } = this.#model;
    const d = memory.doubles;
    this.#feed(batch, 0, count, lists);
    if (frame.hist) compiled.sampledStep();
    else compiled.step();
    this.#prepareUpdate(lists.layers, step, frame);
    compiled.update();

    frame.step = step;
    frame.loss = d[lists.loss];
    frame.metric = d[lists.loss + 1] / (count * this.#answers);
    frame.val_loss = NaN;
    frame.val_metric = NaN;
    if (hasStatistics) readLayers(lists.readings, d, frame.values, frame.hist !== undefined);
    const healthy = hasStatistics && areFinite(lists.layers, d);
    if (hasStatistics && frame.time) readTimes(lists.layers, d, frame.time);
    if (frame.hist) readHistograms(lists.layers, d, frame.hist);
    const broken =
      healthy && Number.isFinite(frame.loss)
        ? undefined
        : findNonFinite(lists.layers, d, frame.loss, this.info.layers, frame.values);
    keepWeights(lists.layers, d);
    return broken;
  }

  /** Puts `count` of these samples, from the one at `first` on, where the step reads them. */
  #feed(samples: Uint32Array, first: number, count: number, { input, target }: CallLists): void {
    const { floats } = this.#model.memory;
    const { inputs, targets } = this.#dataset;
    gather(inputs, input.size / count, samples, count, floats, input.at, first);
    gather(targets, this.#model.targets, samples, count, floats, target, first);
  }

  /** Loss and share of right answers on the held-out samples, in `eval()` mode. */
  #validate(frame: Writable): void {
    const { memory } = this.#model;
    const held = this.#held.length;
    let total = 0;
    let right = 0;
    for (let first = 0; first < held; first += EVALUATION_BATCH) {
      const count = Math.min(EVALUATION_BATCH, held - first);
      const { lists, step } = this.#model.evaluation(count);
      this.#feed(this.#held, first, count, lists);
      step();
      total += memory.doubles[lists.loss] * count;
      right += memory.doubles[lists.loss + 1];
    }
    frame.val_loss = total / held;
    frame.val_metric = right / (held * this.#answers);
  }
}

type Writable = { -readonly [K in keyof Frame]: Frame[K] };

/** The frames of all steps: the second has histograms. They share the other arrays. */
function framesOf(layers: readonly LayerSums[]): readonly [plain: Writable, counted: Writable] {
  const values = new Float64Array(layers.length * STATS.length).fill(NaN);
  const norms = timeSteps(layers);
  const time = norms > 0 ? { time: new Float64Array(norms).fill(NaN) } : {};
  const totals = Object.fromEntries(TOTALS.map((total) => [total, NaN])) as Record<Total, number>;
  const plain = { step: 0, ...totals, values, ...time };
  return [plain, { ...plain, hist: new Float64Array(layers.length * HIST_BINS) }];
}

/** The batch sizes that training meets: the full one, and the rest of an epoch where that is not dropped. */
function trainingSizes({ train: { batch_size, drop_last } }: ModelSpec, samples: number): number[] {
  const rest = drop_last ? 0 : samples % batch_size;
  return [...(samples >= batch_size ? [batch_size] : []), ...(rest ? [rest] : [])];
}

const evaluationSizes = (held: number): number[] =>
  [Math.min(held, EVALUATION_BATCH), held % EVALUATION_BATCH].filter((size) => size > 0);
