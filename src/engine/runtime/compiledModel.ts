import { type Backend, type Runner, soloist, type Team } from "./backend.ts";
import { initialWeights } from "../init/initialWeights.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Memory } from "../kernels/memory.ts";
import { CLIPPING, UPDATE } from "../kernels/optimizers.ts";
import type { LayerSums } from "../statistics/layerSums.ts";
import { layOut, type Layout } from "../compile/parameterLayout.ts";
import { targetShape, type LossType } from "../losses/loss.ts";
import { losses } from "../losses/index.ts";
import { buildNetwork, type LayerTable, type Network } from "../graph/network.ts";
import { optimizers } from "../optimizers/index.ts";
import type { OptimizerType } from "../optimizers/optimizer.ts";
import { samplingInterval } from "../statistics/samplingInterval.ts";
import { compile, type Plan } from "../compile/compile.ts";
import { Trace, type TracedOp } from "../compile/trace.ts";
import { type Call, recorder } from "../compile/recorder.ts";
import { type Fold, fold, slicesOf } from "../statistics/partialSums.ts";
import { Generator } from "../rng/generator.ts";
import type { Choice } from "../params.ts";
import type { ModelSpec } from "../spec.ts";
import { sizeOf } from "../tensor.ts";

/** A plan that can be run: forward and backward, what is computed at some steps, and the optimizer's update. */
export interface CompiledStep {
  readonly plan: Plan;
  readonly step: Runner;
  /** `step` and `sampled` of a step that is sampled. */
  readonly sampledStep: Runner;
  readonly update: Runner;
}

/** Where an optimizer's changing numbers lie in `Memory.doubles`: clipping's, then its own. */
export const HYPER = 0;
const HYPER_SIZE = CLIPPING.length + 8;

export interface MachineOptions {
  readonly backend: Backend;
  readonly table: LayerTable;
  /** Batch sizes to train on, and to evaluate on. */
  readonly training: readonly number[];
  readonly evaluation: readonly number[];
  /** Weights to start from instead of the initial ones, by their names in the `state_dict`. */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** Take statistics beside every step; absent: yes. */
  readonly observe?: boolean;
  /** Histograms, and what else is sampled, are taken at every n-th step; absent: as often as costs little. */
  readonly histEvery?: number;
}

/** A model in memory, with its initial weights, and a program for each batch size and mode. */
export class Machine {
  readonly spec: ModelSpec;
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
  readonly observes: boolean;
  /** Rows of a step's frame: those of every batch size differ only in where their sums lie. */
  readonly layers: readonly LayerSums[];
  /** At every how many steps histograms are taken, and what else is sampled. */
  readonly samplingInterval: number;
  readonly #team: Team;
  readonly #table: LayerTable;
  readonly #training: ReadonlyMap<number, CompiledStep>;
  readonly #evaluation: ReadonlyMap<number, CompiledStep>;

  constructor(spec: ModelSpec, options: MachineOptions) {
    const { backend, table, training, evaluation, weights, observe = true, histEvery } = options;
    this.spec = spec;
    this.#table = table;
    this.observes = observe;
    this.loss = rowOf(losses, spec.loss);
    this.optimizer = rowOf(optimizers, spec.optimizer);
    this.targets = sizeOf(targetShape(this.loss.targets, spec.output));
    const states = this.optimizer.state(spec.optimizer.params).length;
    this.layout = layOut(spec, table, states, HYPER + HYPER_SIZE);

    const plans = (sizes: readonly number[], train: boolean) =>
      [...new Set(sizes)].map((batch) => this.#plan(buildNetwork(spec, batch, train, table)));
    const [train, evaluate] = [plans(training, true), plans(evaluation, false)];
    const all = [...train, ...evaluate];
    this.layers = train[0].layers;
    this.samplingInterval = histEvery ?? Math.max(...train.map(samplingInterval));
    const extent = (part: "floats" | "doubles") => Math.max(...all.map((plan) => plan[part]));

    this.memory = backend.memory(extent("floats"), extent("doubles"));
    this.masks = new Generator(spec.train.seed);
    this.kernels = backend.kernels(this.memory, () => this.masks.double());
    this.#team = (backend.team ?? ((_, kernels) => soloist(kernels)))(this.memory, this.kernels);
    this.#training = this.#programs(train);
    this.#evaluation = this.#programs(evaluate);

    const initial = initialWeights(spec, table);
    for (const [key, place] of this.layout.weights) {
      const values = weights?.get(key) ?? initial.get(key);
      if (values) this.memory.floats.set(values, place.at);
    }
    for (const { size, theta, squares } of this.layout.segments)
      this.kernels.sumSquares(size, theta, squares);
  }

  /** The program that trains on batches of this size. */
  training(batch: number): CompiledStep {
    return sized(this.#training, batch);
  }

  evaluation(batch: number): CompiledStep {
    return sized(this.#evaluation, batch);
  }

  /** The calls of a step on so many samples, op by op, over the places of `training`, and the row that each belongs to. */
  trace(batch: number): readonly (TracedOp & { readonly row: number })[] {
    const network = buildNetwork(this.spec, batch, true, this.#table);
    const trace = new Trace();
    this.#plan(network, trace);
    const numbers = new Map(network.graph.nodes.map((node, i) => [node, i]));
    return trace.ops.map((op) => ({ ...op, row: rowAt(network, (op.node && numbers.get(op.node)) ?? -1) }));
  }

  /** Lets other threads go; goes on to work without them. */
  close(): void {
    this.#team.close();
  }

  #plan(network: Network, trace?: Trace): Plan {
    return compile(network, {
      layout: this.layout,
      table: this.#table,
      loss: (k, places) => this.loss.record(k, places, this.spec.loss.params),
      targets: this.targets,
      ...(trace && { trace }),
      observe: this.observes ? "everything" : this.spec.clip_grad_norm ? "gradients" : "nothing",
    });
  }

  #programs(plans: readonly Plan[]): ReadonlyMap<number, CompiledStep> {
    return new Map(
      plans.map((plan) => [
        plan.batch,
        {
          plan,
          ...this.#steps(plan),
          update: this.#program(this.#updates(plan), plan.batch, plan.updateFolds),
        },
      ]),
    );
  }

  /** Where no step is sampled, or every one is, both are the same. */
  #steps(plan: Plan): Pick<CompiledStep, "step" | "sampledStep"> {
    const { forward, sampledForward, backward, sampled, batch, folds, sampledFolds } = plan;
    const plain = () => this.#program([...forward, ...backward], batch, folds);
    if (sampled.length === 0 && sampledForward.length === forward.length) {
      const step = plain();
      return { step, sampledStep: step };
    }
    const calls = [...sampledForward, ...backward, ...sampled];
    const sampledStep = this.#program(calls, batch, [...folds, ...sampledFolds]);
    return { step: this.samplingInterval === 1 ? sampledStep : plain(), sampledStep };
  }

  #program(calls: readonly Call[], batch: number, folds: readonly Fold[] = []): Runner {
    const run = this.#team.program(calls, batch);
    const { doubles } = this.memory;
    return folds.length === 0
      ? run
      : () => {
          run();
          fold(folds, doubles);
        };
  }

  /** The optimizer's calls for each layer with parameters. */
  #updates(plan: Plan): readonly Call[] {
    const calls: Call[] = [];
    const k = recorder(() => calls);
    const sums = plan.layers.flatMap(({ parameters }) => parameters ?? []);
    this.layout.segments.forEach(({ theta, grad, size, state }, i) => {
      if (!sums[i]) return;
      slicesOf(size).forEach(({ from, n }, slice) => {
        const places = { n, theta: theta + from, grad: grad + from, state: state.map((at) => at + from) };
        const out = sums[i].update + slice * UPDATE.length;
        this.optimizer.record(k, { ...places, hyper: HYPER, out }, this.spec.optimizer.params);
      });
    });
    return calls;
  }
}

/** The innermost row that the node of this number belongs to; −1: none. */
function rowAt({ rows }: Network, node: number): number {
  const around = [...rows.entries()].filter(([, { from, to }]) => from <= node && node < to);
  return around.reduce((best, [i, { from, to }]) => {
    const inner = best < 0 || to - from < rows[best].to - rows[best].from;
    return inner ? i : best;
  }, -1);
}

const sized = (programs: ReadonlyMap<number, CompiledStep>, batch: number): CompiledStep => {
  const program = programs.get(batch);
  if (!program) throw new Error(`no program for a batch of ${batch}`);
  return program;
};

/** The row that a choice names. The parser has checked that there is one. */
export function rowOf<T>(table: Readonly<Record<string, T>>, { type }: Choice): T {
  if (!Object.hasOwn(table, type)) throw new Error(`unknown type "${type}"`);
  return table[type];
}
