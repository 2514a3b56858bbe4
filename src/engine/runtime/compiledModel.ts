import { type Backend, type Runner, singleThreaded, type Executor } from "./backend.ts";
import { initialWeights } from "../init/initialWeights.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Memory } from "../kernels/memory.ts";
import { UPDATE } from "../../protocol/sums.ts";
import { CLIPPING } from "../kernels/optimizers.ts";
import type { LayerSums } from "../statistics/layerSums.ts";
import { layOut, type Layout } from "../compile/parameterLayout.ts";
import { targetShape, type LossType } from "../losses/loss.ts";
import { losses } from "../losses/index.ts";
import { buildNetwork, type LayerTable, type Network } from "../graph/network.ts";
import { optimizers } from "../optimizers/index.ts";
import type { OptimizerType } from "../optimizers/optimizer.ts";
import { samplingInterval } from "../statistics/samplingInterval.ts";
import { compile, type CallLists } from "../compile/compile.ts";
import { Trace, type TracedOp } from "../compile/trace.ts";
import { type Call, recorder } from "../compile/recorder.ts";
import { type PartialSums, reducePartialSums, partsOf } from "../statistics/partialSums.ts";
import { Generator } from "../rng/generator.ts";
import type { Selection } from "../params.ts";
import type { ModelSpec } from "../spec.ts";
import { sizeOf } from "../tensor.ts";
import { descriptorBytes } from "./descriptors.ts";

/** A step that can be run: forward and backward, what is computed at some steps, and the optimizer's update. */
export interface CompiledStep {
  readonly lists: CallLists;
  readonly step: Runner;
  /** `step`, and what is computed beside it at the steps that are sampled. */
  readonly sampledStep: Runner;
  readonly update: Runner;
}

/** Where an optimizer's changing numbers lie in `Memory.doubles`: clipping's, then its own. */
export const HYPER = 0;
const HYPER_SIZE = CLIPPING.length + 8;

export interface CompiledModelOptions {
  readonly backend: Backend;
  readonly table: LayerTable;
  /** Batch sizes to train on, and to evaluate on. */
  readonly training: readonly number[];
  readonly evaluation: readonly number[];
  /** Weights to start from instead of the initial ones, by their names in the `state_dict`. */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** Take statistics beside every step; absent: yes. */
  readonly statistics?: boolean;
  /** Histograms, and what else is sampled, are taken at every n-th step; absent: as often as costs little. */
  readonly histEvery?: number;
}

/** A model in memory, with its initial weights, and a compiled step for each batch size and mode. */
export class CompiledModel {
  readonly layout: Layout;
  readonly memory: Memory;
  readonly kernels: Kernels;
  readonly loss: LossType;
  readonly optimizer: OptimizerType;
  /** What dropout draws from. */
  readonly masks: Generator;
  /** Elements of one sample's target. */
  readonly targets: number;
  /** Statistics are taken. */
  readonly hasStatistics: boolean;
  /** Rows of a step's frame: those of every batch size differ only in where their sums lie. */
  readonly layers: readonly LayerSums[];
  /** At every how many steps histograms are taken, and what else is sampled. */
  readonly samplingInterval: number;
  readonly #executor: Executor;
  readonly #table: LayerTable;
  #spec: ModelSpec;
  readonly #training: ReadonlyMap<number, CompiledStep>;
  readonly #evaluation: ReadonlyMap<number, CompiledStep>;

  constructor(spec: ModelSpec, options: CompiledModelOptions) {
    const { backend, table, training, evaluation, weights, statistics = true, histEvery } = options;
    this.#spec = spec;
    this.#table = table;
    this.hasStatistics = statistics;
    this.loss = entryOf(losses, spec.loss);
    this.optimizer = entryOf(optimizers, spec.optimizer);
    this.targets = sizeOf(targetShape(this.loss.targets, spec.output));
    const states = this.optimizer.state(spec.optimizer.params).length;
    this.layout = layOut(spec, table, states, HYPER + HYPER_SIZE);

    const listsOf = (sizes: readonly number[], train: boolean) =>
      [...new Set(sizes)].map((batch) => this.#compile(buildNetwork(spec, batch, train, table)));
    const [train, evaluate] = [listsOf(training, true), listsOf(evaluation, false)];
    const all = [...train, ...evaluate];
    this.layers = train[0].layers;
    this.samplingInterval = histEvery ?? Math.max(...train.map(samplingInterval));
    const extent = (part: "floats" | "doubles") => Math.max(...all.map((lists) => lists[part]));

    const calls = all.flatMap((lists) => [...lists.sampledForward, ...lists.backward, ...lists.sampled]);
    this.memory = backend.memory(extent("floats"), extent("doubles"), descriptorBytes(calls));
    this.masks = new Generator(0);
    this.kernels = backend.kernels(this.memory, () => this.masks.double());
    this.#executor = (backend.executor ?? ((_, kernels) => singleThreaded(kernels)))(
      this.memory,
      this.kernels,
    );
    this.#training = this.#steps(train);
    this.#evaluation = this.#steps(evaluate);

    this.#begin(weights);
  }

  get spec(): ModelSpec {
    return this.#spec;
  }

  /** Whether steps are compiled for just these batch sizes. */
  serves({ training, evaluation }: Pick<CompiledModelOptions, "training" | "evaluation">): boolean {
    const isSame = (sizes: readonly number[], steps: ReadonlyMap<number, CompiledStep>): boolean =>
      new Set(sizes).size === steps.size && sizes.every((size) => steps.has(size));
    return isSame(training, this.#training) && isSame(evaluation, this.#evaluation);
  }

  /** As it is before the first step, from the initial weights of another seed, or from these weights. */
  restart(seed: number, weights?: ReadonlyMap<string, Float32Array>): void {
    this.#spec = { ...this.#spec, train: { ...this.#spec.train, seed } };
    this.memory.floats.fill(0);
    this.memory.doubles.fill(0);
    this.#begin(weights);
  }

  /** Sets the weights, in a memory that is all 0. */
  #begin(weights?: ReadonlyMap<string, Float32Array>): void {
    this.masks.become(new Generator(this.#spec.train.seed));
    const initial = initialWeights(this.#spec, this.#table);
    for (const [key, place] of this.layout.weights) {
      const values = weights?.get(key) ?? initial.get(key);
      if (values) this.memory.floats.set(values, place.at);
    }
    for (const { size, theta, squares } of this.layout.segments)
      this.kernels.sumSquares(size, theta, squares);
  }

  /** The step that trains on batches of this size. */
  training(batch: number): CompiledStep {
    return stepFor(this.#training, batch);
  }

  evaluation(batch: number): CompiledStep {
    return stepFor(this.#evaluation, batch);
  }

  /** The calls of a step on so many samples, op by op, over the places of `training`, and the module that each belongs to. */
  trace(batch: number): readonly (TracedOp & { readonly row: number })[] {
    const network = buildNetwork(this.spec, batch, true, this.#table);
    const trace = new Trace();
    this.#compile(network, trace);
    const numbers = new Map(network.graph.nodes.map((node, i) => [node, i]));
    return trace.ops.map((op) => ({
      ...op,
      row: moduleAt(network, (op.node && numbers.get(op.node)) ?? -1),
    }));
  }

  /** Lets other threads go; goes on to work without them. */
  close(): void {
    this.#executor.close();
  }

  #compile(network: Network, trace?: Trace): CallLists {
    return compile(network, {
      layout: this.layout,
      table: this.#table,
      ...(trace && { trace }),
      loss: (k, places) => this.loss.record(k, places, this.spec.loss.params),
      targets: this.targets,
      statistics: this.hasStatistics ? "everything" : this.spec.clip_grad_norm ? "gradients" : "nothing",
    });
  }

  #steps(all: readonly CallLists[]): ReadonlyMap<number, CompiledStep> {
    return new Map(
      all.map((lists) => [
        lists.batch,
        {
          lists,
          ...this.#passes(lists),
          update: this.#runner(this.#updates(lists), lists.batch, lists.partialSums.update),
        },
      ]),
    );
  }

  /** Where no step is sampled, or every one is, both are the same. Without statistics nothing is: the input's gradient is one. */
  #passes(lists: CallLists): Pick<CompiledStep, "step" | "sampledStep"> {
    const { forward, sampledForward, backward, sampled, batch, partialSums } = lists;
    const plain = () => this.#runner([...forward, ...backward], batch, partialSums.step);
    if (!this.hasStatistics || (sampled.length === 0 && sampledForward.length === forward.length)) {
      const step = plain();
      return { step, sampledStep: step };
    }
    const calls = [...sampledForward, ...backward, ...sampled];
    const sampledStep = this.#runner(calls, batch, [...partialSums.step, ...partialSums.sampled]);
    return { step: this.samplingInterval === 1 ? sampledStep : plain(), sampledStep };
  }

  #runner(calls: readonly Call[], batch: number, partialSums: readonly PartialSums[] = []): Runner {
    const run = this.#executor.runner(calls, batch);
    const { doubles } = this.memory;
    return partialSums.length === 0
      ? run
      : () => {
          run();
          reducePartialSums(partialSums, doubles);
        };
  }

  /** The optimizer's calls for each layer with parameters. */
  #updates(lists: CallLists): readonly Call[] {
    const calls: Call[] = [];
    const k = recorder(() => calls);
    const sums = lists.layers.flatMap(({ parameters }) => parameters ?? []);
    this.layout.segments.forEach(({ theta, grad, size, state }, i) => {
      if (!sums[i]) return;
      partsOf(size).forEach(({ from, n }, part) => {
        const places = { n, theta: theta + from, grad: grad + from, state: state.map((at) => at + from) };
        const out = sums[i].update + part * UPDATE.length;
        this.optimizer.record(k, { ...places, hyper: HYPER, out }, this.spec.optimizer.params);
      });
    });
    return calls;
  }
}

/** The innermost module that the node of this number belongs to; −1: none. */
function moduleAt({ modules }: Network, node: number): number {
  const around = [...modules.entries()].filter(([, { from, to }]) => from <= node && node < to);
  return around.reduce((best, [i, { from, to }]) => {
    const inner = best < 0 || to - from < modules[best].to - modules[best].from;
    return inner ? i : best;
  }, -1);
}

const stepFor = (steps: ReadonlyMap<number, CompiledStep>, batch: number): CompiledStep => {
  const step = steps.get(batch);
  if (!step) throw new Error(`no step is compiled for a batch of ${batch}`);
  return step;
};

/** The entry that a selection names. The parser has checked that there is one. */
export function entryOf<T>(table: Readonly<Record<string, T>>, { type }: Selection): T {
  if (!Object.hasOwn(table, type)) throw new Error(`unknown type "${type}"`);
  return table[type];
}
