import type { Range } from "../compile/buffers.ts";
import { bind } from "../compile/recorder.ts";
import type { TracedOp } from "../compile/trace.ts";
import { Generator as Random } from "../rng/generator.ts";
import type { CompiledModel, CompiledStep } from "../runtime/compiledModel.ts";
import type { NonFinite } from "../statistics/firstNonFinite.ts";
import type { Floats } from "../tensor.ts";
import type { PrepareUpdate } from "./prepareUpdate.ts";

/** What computed the first NaN or ±∞, from numbers that were finite. */
export interface Cause {
  /** An operation of the layer, the loss, or the optimizer. */
  readonly op: string;
  readonly inputs: { readonly min: number; readonly max: number };
}

/** Steps from one snapshot to the next at most: copying weights takes a thousandth of the time that they take. */
const LONGEST = 128;

/** Samples whose numbers are remembered meanwhile. */
const MOST_SAMPLES = 2 ** 20;

/** Weights, with their gradients and what optimizers keep of them, that are copied at most: 64 MiB. */
const MOST_WEIGHTS = 2 ** 24;

/** What replaying needs of a training. */
export interface Replayed {
  readonly model: CompiledModel;
  readonly prepareUpdate: PrepareUpdate;
  /** Puts the samples of a batch where the step reads them. */
  feed(batch: Uint32Array, count: number, step: CompiledStep): void;
}

/**
 * Remembers what the latest steps began with, so that one that breaks can be made once more, op by op: while a model is
 * trained, nobody looks at what lies between the ops of a step.
 */
export class Replay {
  readonly #training: Replayed;
  readonly #size: number;
  readonly #length: number;
  readonly #batches: Uint32Array;
  readonly #counts: Uint32Array;
  readonly #weights: Floats;
  readonly #masks = new Random(0);
  /** The step that the snapshot is of. */
  #first = 0;

  private constructor(training: Replayed) {
    const { spec, memory, layout } = training.model;
    const { batch_size, steps } = spec.train;
    this.#training = training;
    this.#size = batch_size;
    this.#length = Math.max(1, Math.min(LONGEST, steps, Math.floor(MOST_SAMPLES / batch_size)));
    this.#batches = new Uint32Array(this.#length * batch_size);
    this.#counts = new Uint32Array(this.#length);
    this.#weights = memory.floats.slice(0, layout.end);
  }

  /** `undefined` where that would take too much memory. */
  static of(training: Replayed): Replay | undefined {
    return training.model.layout.end > MOST_WEIGHTS ? undefined : new Replay(training);
  }

  /** Step `step`, from 1, is about to be made on the first `count` samples of `batch`. */
  begin(step: number, batch: Uint32Array, count: number): void {
    const { model } = this.#training;
    const place = (step - 1) % this.#length;
    if (place === 0) {
      this.#first = step;
      this.#weights.set(model.memory.floats.subarray(0, this.#weights.length));
      this.#masks.become(model.masks);
    }
    this.#batches.set(batch, place * this.#size);
    this.#counts[place] = count;
  }

  /** What computed the first number that was not finite in the latest step, which is `step`. Leaves the weights as they are. */
  causeOf(found: NonFinite, step: number, row: number): Cause | undefined {
    const { model } = this.#training;
    const { floats } = model.memory;
    const now = floats.slice(0, this.#weights.length);
    floats.set(this.#weights);
    model.masks.become(this.#masks);
    for (let before = this.#first; before < step; before++) this.#make(before);
    const cause = this.#look(found, step, row);
    floats.set(now);
    return cause;
  }

  #fed(step: number): { readonly compiled: CompiledStep; readonly count: number } {
    const { model, feed } = this.#training;
    const place = step - this.#first;
    const count = this.#counts[place];
    const compiled = model.training(count);
    feed(this.#batches.subarray(place * this.#size, (place + 1) * this.#size), count, compiled);
    return { compiled, count };
  }

  #make(step: number): void {
    const { compiled } = this.#fed(step);
    compiled.step();
    this.#training.prepareUpdate(compiled.lists.layers, step, { lr: NaN, grad_norm: NaN, clip_coef: NaN });
    compiled.update();
  }

  /** Makes the step op by op; the one that is looked for belongs to the place where the statistics have found the number. */
  #look({ layer, where }: NonFinite, step: number, row: number): Cause | undefined {
    const { model } = this.#training;
    const { kernels, spec, layout, memory } = model;
    const { count } = this.#fed(step);
    const isWanted = ({ node, row: own }: TracedOp & { readonly row: number }): boolean =>
      where !== "weight" && (node ? own === row : layer === "loss" || where === "gradient");
    for (const op of model.trace(count)) {
      run(kernels, op.before);
      const inputs = extremesOf(memory.floats, op.reads);
      run(kernels, op.calls);
      if (!inputs || !isWanted(op)) continue;
      // A loss that is not finite may have finite gradients.
      const isBroken = (!op.node && layer === "loss") || !extremesOf(memory.floats, op.writes);
      if (isBroken) return { op: op.node?.op.name ?? spec.loss.type, inputs };
    }
    if (where !== "weight") return undefined;
    const segment = layout.segments.find((one) => one.layer.path === layer);
    const inputs = segment && extremesOf(memory.floats, [{ at: segment.grad, size: segment.size }]);
    const weights = segment && extremesOf(memory.floats, [{ at: segment.theta, size: segment.size }]);
    return inputs && weights && { op: spec.optimizer.type, inputs };
  }
}

function run(kernels: CompiledModel["kernels"], calls: TracedOp["calls"]): void {
  for (const call of bind(kernels, calls)) call();
}

/** `undefined` where a number is not finite. */
function extremesOf(floats: Floats, ranges: readonly Range[]): Cause["inputs"] | undefined {
  let [min, max] = [Infinity, -Infinity];
  for (const { at, size } of ranges) {
    for (let i = at; i < at + size; i++) {
      const x = floats[i];
      if (x - x !== 0) return undefined;
      if (x < min) min = x;
      if (x > max) max = x;
    }
  }
  return { min, max };
}
