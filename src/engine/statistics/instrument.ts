import { HIST_BINS } from "../../protocol/frame.ts";
import { makeCall } from "../compile/arguments.ts";
import type { Value } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { MOMENTS, SUMMARY, UPDATE } from "../../protocol/sums.ts";
import type { LayerSums, Slot } from "./layerSums.ts";
import type { Layout, Segment } from "../compile/parameterLayout.ts";
import type { LayerTable, Network, Module } from "../graph/network.ts";
import { type Call, recorder } from "../compile/recorder.ts";
import type { ModuleIndex } from "../graph/moduleIndex.ts";
import { OWN_SUMS, type OwnSums } from "./ownSums.ts";
import { type PartialSums, partsOf } from "./partialSums.ts";
import type { Slots } from "./slots.ts";
import { type Tensor, sizeOf } from "../tensor.ts";

/** A gradient whose ‖·‖² is taken once at most: `squares` is where it has been put. */
export interface Summed {
  readonly at: number;
  readonly size: number;
  squares?: Slot;
}

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
  readonly sampled: Call[] = [];
  /** What is in slices when the step has been computed, and when the parameters have been updated. */
  readonly partialSums: PartialSums[] = [];
  readonly updatePartialSums: PartialSums[] = [];
  readonly sampledPartialSums: PartialSums[] = [];
  #isSampled = false;
  readonly #batch: number;
  #later: (() => void)[] = [];
  readonly #what: NonNullable<InstrumentationOptions["statistics"]>;
  readonly #network: Network;
  readonly #index: ModuleIndex;
  readonly #table: LayerTable;
  readonly #segments: ReadonlyMap<string, Segment>;
  readonly #slots: Slots;

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
    this.#times = network.modules.map((module) =>
      Array<Slot | undefined>(this.#timeSteps(module)).fill(undefined),
    );
    this.#own = network.modules.map(() => new Map());
    this.#layers = network.modules.map((_, i) => this.#nothing(i));
  }

  /** In order of a frame's rows. */
  get layers(): readonly LayerSums[] {
    return this.#layers;
  }

  /** Whether all statistics are taken, of the training that this is. */
  get everything(): boolean {
    return this.#what === "everything";
  }

  /** Of every row that gives this tensor. */
  outputs(k: Kernels, value: Value, { at, size }: Tensor): void {
    const rows = this.#index.outputs(value);
    if (rows.length === 0 || this.#what !== "everything") return;
    const sums = this.#inParts(size, MOMENTS.length, this.#batch, (from, n, out) =>
      k.moments(n, at + from, out),
    );
    for (const i of rows) {
      this.#layers[i].output = sums;
      this.#ownSums(k, i, "output", at, size, this.#batch);
      this.#units(k, i, at, size);
    }
  }

  /** What needs all samples of a tensor that is still there when all outputs have been computed. */
  allOutputs(): void {
    for (const record of this.#later) record();
    this.#later = [];
  }

  /** Place of figures that are taken slice by slice. */
  #inParts(
    size: number,
    figures: number,
    batch: number | undefined,
    record: (from: number, n: number, out: number) => void,
    partialSums = this.#isSampled ? this.sampledPartialSums : this.partialSums,
  ): number {
    const parts = partsOf(size, batch);
    const at = this.#slots.alloc(parts.length * figures);
    parts.forEach(({ from, n }, i) => record(from, n, at + i * figures));
    if (parts.length > 1) partialSums.push({ at, figures, parts: parts.length });
    return at;
  }

  #units(k: Kernels, i: number, at: number, size: number): void {
    const { spec } = this.#network.modules[i];
    if (spec.kind !== "layer") return;
    const type = this.#table[spec.type];
    if (type.dead) {
      const dead = (this.#layers[i].deadUnits = this.#slots.alloc(1));
      const record = () => k.deadUnits(...this.#index.units[i], at, dead);
      // Of several slices each may be another thread's: one wait for all of them serves the units of all layers.
      if (partsOf(size, this.#batch).length > 1) this.#later.push(record);
      else record();
    }
    const saturation = type.saturation?.(spec.params);
    if (!saturation) return;
    const { low, high } = saturation;
    const record = (from: number, n: number, out: number) => k.outside(n, at + from, low, high, out);
    this.#layers[i].saturated = this.#inParts(size, 1, this.#batch, record);
  }

  /** ‖∂L/∂value‖² where a row begins or ends. */
  gradient(k: Kernels, value: Value, gradient: Summed): void {
    if (this.#what !== "everything") return;
    for (const i of this.#index.exits(value)) this.#layers[i].outputGradient = this.#squares(k, gradient);
    for (const i of this.#index.entries(value)) {
      this.#layers[i].inputGradient = { squares: this.#squares(k, gradient), sampled: this.#isSampled };
    }
  }

  /** What is recorded from now on is computed at some steps only. */
  beginSampled(): Kernels {
    this.#isSampled = true;
    return recorder(() => this.sampled);
  }

  #squares(k: Kernels, gradient: Summed): Slot {
    const { at, size } = gradient;
    return (gradient.squares ??= this.#sumSquares(k, at, size, this.#batch));
  }

  #sumSquares(k: Kernels, at: number, size: number, batch?: number): number {
    return this.#inParts(size, 1, batch, (from, n, out) => k.sumSquares(n, at + from, out));
  }

  /** Weights of row `i`, and their gradients, which are complete. Does nothing the second time. */
  parameters(k: Kernels, i: number): void {
    const segment = this.#segments.get(this.#network.modules[i].spec.path);
    const layer = this.#layers[i];
    if (!segment || layer.parameters) return;
    const { size, grad, squares } = segment;
    const update = this.#inParts(size, UPDATE.length, undefined, () => undefined, this.updatePartialSums);
    const gradient =
      this.#what === "nothing"
        ? undefined
        : this.#inParts(size, SUMMARY.length, undefined, (from, n, out) => k.summary(n, grad + from, out));
    if (this.#what === "everything") this.#ownSums(k, i, "gradient", grad, size);
    const histogram = this.#what === "everything" ? this.#histogram(size, grad) : undefined;
    layer.parameters = { size, squares, update, gradient, histogram };
  }

  /** Sums that statistics name by their kernels. */
  #ownSums(k: Kernels, i: number, of: OwnSums["of"], at: number, size: number, batch?: number): void {
    for (const sums of OWN_SUMS) {
      if (sums.of !== of) continue;
      const first = this.#inParts(size, sums.figures, batch, (from, n, out) =>
        sums.record(k, n, at + from, out),
      );
      this.#own[i].set(sums.kernel, first);
    }
  }

  #histogram(size: number, grad: number): Slot {
    const bins = this.#slots.alloc(HIST_BINS);
    this.sampled.push(makeCall("histogram", { n: size, x: grad, out: bins }));
    return bins;
  }

  /** What the node of this number calls with the place of ∂L/∂h_t, for the samples' n elements of each step. */
  time(k: Kernels, node: number): ((t: number, at: number, n: number) => void) | undefined {
    const layer = this.#index.layer(node);
    if (layer === undefined || this.#what !== "everything") return undefined;
    const times = this.#times[layer];
    if (times.length === 0) return undefined;
    return (t, at, n) => {
      times[t] = this.#sumSquares(k, at, n, this.#batch);
    };
  }

  #nothing(i: number): LayerSums {
    return {
      outputSize: sizeOf(this.#network.modules[i].exit.shape),
      units: this.#index.units[i][1],
      output: undefined,
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
