import { HIST_BINS } from "../../protocol/frame.ts";
import { makeCall } from "../compile/arguments.ts";
import { type Node, rootOf, type Value } from "../graph/graph.ts";
import { MOMENTS, SUMMARY, UPDATE } from "../../protocol/sums.ts";
import type { LayerSums, Slot } from "./layerSums.ts";
import type { Layout, Segment } from "../compile/parameterLayout.ts";
import type { LayerTable, Network, Module } from "../graph/network.ts";
import type { Call } from "../compile/recorder.ts";
import { Recording } from "../compile/recording.ts";
import type { ModuleIndex } from "../graph/moduleIndex.ts";
import { OWN_SUMS, type OwnSums } from "./ownSums.ts";
import { columnPartsOf, type Part, type PartialSums, partsOf } from "./partialSums.ts";
import type { Slots } from "./slots.ts";
import { type Along, type Stage, type Summed, type Sums, SumTaker } from "./sumTaker.ts";
import { type Tensor, sizeOf } from "../tensor.ts";

/** Elements of a tensor that gets a place of its own so that sums can be taken along; of larger ones the memory would cost more than the time. */
const LARGEST_OUT_OF_PLACE = 2 ** 16;

export interface InstrumentationOptions {
  readonly layout: Layout;
  readonly table: LayerTable;
  /** The statistics to take: all, those of the parameters' gradients (which clipping needs), or none; absent: all. */
  readonly statistics?: "everything" | "gradients" | "nothing";
}

/** Records the statistics of a training step beside the calls that compute it, while the tensors are in the cache. */
export class Instrumentation {
  readonly #layers: readonly Writable<LayerSums>[];
  /** `LayerSums.times` of each. */
  readonly #times: readonly (Slot | undefined)[][];
  /** `LayerSums.own` of each. */
  readonly #own: readonly Map<string, Slot>[];
  /** What costs so much that only some steps have it: histograms, and the gradient of the input. */
  readonly sampled = new Recording();
  readonly #batch: number;
  #later: Call[] = [];
  /** The moments of each root value. */
  readonly #moments = new Map<number, Sums>();
  readonly #what: NonNullable<InstrumentationOptions["statistics"]>;
  readonly #network: Network;
  readonly #index: ModuleIndex;
  readonly #table: LayerTable;
  readonly #segments: ReadonlyMap<string, Segment>;
  readonly #slots: Slots;
  readonly #sums: SumTaker;

  constructor(
    network: Network,
    index: ModuleIndex,
    { layout, table, statistics = "everything" }: InstrumentationOptions,
    slots: Slots,
  ) {
    this.#what = statistics;
    this.#batch = network.input.shape[0];
    this.#network = network;
    this.#index = index;
    this.#table = table;
    this.#segments = new Map(layout.segments.map((segment) => [segment.layer.path, segment]));
    this.#slots = slots;
    this.#sums = new SumTaker(slots);
    this.#times = network.modules.map((module) =>
      Array<Slot | undefined>(this.#timeSteps(module)).fill(undefined),
    );
    this.#own = network.modules.map(() => new Map());
    this.#layers = network.modules.map((_, i) => this.#nothing(i));
  }

  /** What each stage leaves in parts. */
  get partialSums(): Readonly<Record<Stage, readonly PartialSums[]>> {
    return this.#sums.partial;
  }

  /** In order of a frame's rows. */
  get layers(): readonly LayerSums[] {
    return this.#layers;
  }

  /** Whether all statistics are taken, of the training that this is. */
  get everything(): boolean {
    return this.#what === "everything";
  }

  /** Whether the pass of a node is to write beside what it reads, although it could write over it: it can take sums along then. */
  isOutOfPlace(pass: "forward" | "backward", { op, output }: Node): boolean {
    return (
      this.#what === "everything" &&
      op.takesSums?.includes(pass) === true &&
      sizeOf(output.shape) <= LARGEST_OUT_OF_PLACE
    );
  }

  /** Of every module that gives this tensor. `taken`: the moments that the pass that wrote it has taken along. */
  outputs(recording: Recording, value: Value, { at, size }: Tensor, taken?: Sums): void {
    const modules = this.#index.outputs(value);
    if (modules.length === 0 || this.#what !== "everything") return;
    const moments =
      taken ??
      this.#sums.take(this.#samples(size), MOMENTS.length, (from, n, out) =>
        makeCall("moments", { n, x: at + from, out }),
      );
    if (!taken) moments.calls.forEach((call) => recording.wait(call));
    this.#moments.set(value.id, moments);
    const spread = this.#spread(recording, at, size);
    for (const i of modules) {
      this.#layers[i].output = moments.at;
      this.#layers[i].spread = spread;
      this.#ownSums(recording, i, "output", at, this.#samples(size));
      this.#units(recording, i, at, size);
    }
  }

  /** How far the samples of a batch are from each other. One alone has nothing to be summed up. */
  #spread(recording: Recording, at: number, size: number): Slot {
    const rows = this.#batch;
    const columns = size / rows;
    const parts = columnPartsOf(rows, columns);
    // In the forward pass of the sampled steps, and added up with what these compute afterwards.
    const out = this.#sums.place(parts, 1, "sampled");
    if (rows === 1) return out;
    parts.forEach(({ from, n }, i) => {
      recording.wait(makeCall("spread", { rows, n, x: at + from, ld: columns, out: out + i }));
    });
    return out;
  }

  /** What the pass of a node forward takes along: the moments of what it reads, where they still wait, and of what it writes. */
  alongForward(recording: Recording, node: Node, read: Tensor, written: Tensor): Along | undefined {
    const moments = this.#moments.get(rootOf(node.inputs[0]).id);
    if (!moments || !node.op.takesSums?.includes("forward") || read.at === written.at) return undefined;
    if (this.#index.outputs(node.output).length === 0) return undefined;
    return this.#sums.along(recording, moments, this.#samples(written.size), MOMENTS.length);
  }

  /** What the pass of a node backward takes along: ‖·‖² of the gradient that it reads, where it still waits, and of `written`, that of its first input. */
  alongBackward(recording: Recording, node: Node, read: Summed, written: Summed): Along | undefined {
    if (!read.squares || !node.op.takesSums?.includes("backward") || read.at === written.at) return undefined;
    const [value] = node.inputs;
    if (this.#index.exits(value).length + this.#index.entries(value).length === 0) return undefined;
    const along = this.#sums.along(recording, read.squares, this.#samples(written.size), 1);
    if (along) written.squares = along.written;
    return along;
  }

  /** What needs all samples of a tensor that is still there when all outputs have been computed. */
  allOutputs(recording: Recording): void {
    this.#later.forEach((call) => recording.wait(call));
    this.#later = [];
  }

  #units(recording: Recording, i: number, at: number, size: number): void {
    const { spec } = this.#network.modules[i];
    if (spec.kind !== "layer") return;
    const type = this.#table[spec.type];
    if (type.dead) {
      const dead = (this.#layers[i].deadUnits = this.#slots.alloc(1));
      const [outer, channels, inner] = this.#index.units[i];
      const call = makeCall("deadUnits", { outer, channels, inner, x: at, out: dead });
      // Of several parts each may be another thread's: one wait for all of them serves the units of all layers.
      if (this.#samples(size).length > 1) this.#later.push(call);
      else recording.wait(call);
    }
    const saturation = type.saturation?.(spec.params);
    if (!saturation) return;
    const { low, high } = saturation;
    const saturated = this.#sums.take(this.#samples(size), 1, (from, n, out) =>
      makeCall("outside", { n, x: at + from, low, high, out }),
    );
    saturated.calls.forEach((call) => recording.wait(call));
    this.#layers[i].saturated = saturated.at;
  }

  /** ‖∂L/∂value‖² where a module begins or ends. */
  gradient(recording: Recording, value: Value, gradient: Summed): void {
    if (this.#what !== "everything") return;
    for (const i of this.#index.exits(value))
      this.#layers[i].outputGradient = this.#squares(recording, gradient);
    for (const i of this.#index.entries(value)) {
      const squares = this.#squares(recording, gradient);
      this.#layers[i].inputGradient = { squares, sampled: this.#sums.stage === "sampled" };
    }
  }

  /** The parts of a tensor of a batch's samples. */
  #samples(size: number): readonly Part[] {
    return partsOf(size, this.#batch);
  }

  /** What is recorded from now on is computed at some steps only. */
  beginSampled(): Recording {
    this.#sums.stage = "sampled";
    return this.sampled;
  }

  #squares(recording: Recording, gradient: Summed): Slot {
    if (!gradient.squares) {
      gradient.squares = this.#sums.squares(gradient.at, this.#samples(gradient.size));
      gradient.squares.calls.forEach((call) => recording.wait(call));
    }
    return gradient.squares.at;
  }

  /** Weights of module `i`, and their gradients, which are complete. Does nothing the second time. */
  parameters(recording: Recording, i: number): void {
    const segment = this.#segments.get(this.#network.modules[i].spec.path);
    const layer = this.#layers[i];
    if (!segment || layer.parameters) return;
    const { size, grad, squares } = segment;
    const update = this.#sums.place(partsOf(size), UPDATE.length, "update");
    const gradient =
      this.#what === "nothing"
        ? undefined
        : this.#sums.take(partsOf(size), SUMMARY.length, (from, n, out) =>
            makeCall("summary", { n, x: grad + from, out }),
          );
    gradient?.calls.forEach((call) => recording.wait(call));
    if (this.#what === "everything") this.#ownSums(recording, i, "gradient", grad, partsOf(size));
    const histogram = this.#what === "everything" ? this.#histogram(size, grad) : undefined;
    layer.parameters = { size, squares, update, gradient: gradient?.at, histogram };
  }

  /** Sums that statistics name by their kernels. */
  #ownSums(recording: Recording, i: number, of: OwnSums["of"], at: number, parts: readonly Part[]): void {
    for (const own of OWN_SUMS) {
      if (own.of !== of) continue;
      const sums = this.#sums.take(parts, own.figures, (from, n, out) => own.call(n, at + from, out));
      sums.calls.forEach((call) => recording.wait(call));
      this.#own[i].set(own.kernel, sums.at);
    }
  }

  #histogram(size: number, grad: number): Slot {
    const bins = this.#slots.alloc(HIST_BINS);
    this.sampled.k.histogram(size, grad, bins);
    return bins;
  }

  /** What the node of this number calls with the place of ∂L/∂h_t, for the samples' n elements of each step. */
  time(recording: Recording, node: number): ((t: number, at: number, n: number) => void) | undefined {
    const layer = this.#index.layer(node);
    if (layer === undefined || this.#what !== "everything") return undefined;
    const times = this.#times[layer];
    if (times.length === 0) return undefined;
    return (t, at, n) => {
      const squares = this.#sums.squares(at, this.#samples(n));
      squares.calls.forEach((call) => recording.wait(call));
      times[t] = squares.at;
    };
  }

  #nothing(i: number): LayerSums {
    return {
      outputSize: sizeOf(this.#network.modules[i].exit.shape),
      units: this.#index.units[i][1],
      output: undefined,
      spread: undefined,
      samples: this.#batch,
      deadUnits: undefined,
      saturated: undefined,
      outputGradient: undefined,
      inputGradient: undefined,
      parameters: undefined,
      times: this.#times[i],
      own: this.#own[i],
    };
  }

  #timeSteps({ spec }: Module): number {
    return spec.kind === "layer" ? (this.#table[spec.type].time?.(spec.params, spec.input) ?? 0) : 0;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
