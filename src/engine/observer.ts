import { HIST_BINS } from "../protocol/frame.ts";
import type { Value } from "./graph.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { UPDATE } from "./kernels/optimizers.ts";
import { MOMENTS, SUMMARY } from "./kernels/statistics.ts";
import type { Layout, Segment } from "./layout.ts";
import type { LayerTable, Network } from "./network.ts";
import { type Call, recorder } from "./record.ts";
import type { RowSums } from "./rowSums.ts";
import type { RowIndex } from "./rows.ts";
import { type Fold, slicesOf } from "./slices.ts";
import type { Slots } from "./slots.ts";
import { type Tensor, sizeOf } from "./tensor.ts";

/** A gradient whose ‖·‖² is taken once at most: `norm` is where it has been put. */
export interface Normed {
  readonly at: number;
  readonly size: number;
  norm?: number;
}

export interface ObserverOptions {
  readonly layout: Layout;
  readonly table: LayerTable;
  /** The statistics to take: all, those of the parameters' gradients (which clipping needs), or none; absent: all. */
  readonly observe?: "everything" | "gradients" | "nothing";
}

/** Records the statistics of a training step beside the calls that compute it, while the tensors are in the cache. */
export class Observer {
  readonly rows: readonly RowSums[];
  /** What costs so much that only some steps have it: histograms, and the gradient of the input. */
  readonly rare: Call[] = [];
  /** What is in slices when the step has been computed, and when the parameters have been updated. */
  readonly folds: Fold[] = [];
  readonly updateFolds: Fold[] = [];
  readonly rareFolds: Fold[] = [];
  #isRare = false;
  readonly #batch: number;
  #later: (() => void)[] = [];
  readonly #what: NonNullable<ObserverOptions["observe"]>;
  readonly #network: Network;
  readonly #index: RowIndex;
  readonly #table: LayerTable;
  readonly #segments: ReadonlyMap<string, Segment>;
  readonly #slots: Slots;

  constructor(
    network: Network,
    index: RowIndex,
    { layout, table, observe = "everything" }: ObserverOptions,
    slots: Slots,
  ) {
    this.#what = observe;
    this.#batch = network.input.shape[0];
    this.#network = network;
    this.#index = index;
    this.#table = table;
    this.#segments = new Map(layout.segments.map((segment) => [segment.layer.path, segment]));
    this.#slots = slots;
    this.rows = network.rows.map((_, i) => this.#nothing(i));
  }

  /** Whether all statistics are taken, of the training that this is. */
  get everything(): boolean {
    return this.#what === "everything";
  }

  /** Of every row that gives this tensor. */
  outputs(k: Kernels, value: Value, { at, size }: Tensor): void {
    const rows = this.#index.outputs(value);
    if (rows.length === 0 || this.#what !== "everything") return;
    const act = this.#sliced(size, MOMENTS.length, this.#batch, (from, n, out) =>
      k.moments(n, at + from, out),
    );
    for (const i of rows) {
      this.rows[i].act = act;
      this.#units(k, i, at, size);
    }
  }

  /** What needs all samples of a tensor that is still there when all outputs have been computed. */
  allOutputs(): void {
    for (const record of this.#later) record();
    this.#later = [];
  }

  /** Place of figures that are taken slice by slice. */
  #sliced(
    size: number,
    figures: number,
    batch: number | undefined,
    record: (from: number, n: number, out: number) => void,
    folds = this.#isRare ? this.rareFolds : this.folds,
  ): number {
    const slices = slicesOf(size, batch);
    const at = this.#slots.take(slices.length * figures);
    slices.forEach(({ from, n }, i) => record(from, n, at + i * figures));
    if (slices.length > 1) folds.push({ at, figures, slices: slices.length });
    return at;
  }

  #units(k: Kernels, i: number, at: number, size: number): void {
    const { spec } = this.#network.rows[i];
    if (spec.kind !== "layer") return;
    const type = this.#table[spec.type];
    if (type.dead) {
      const dead = (this.rows[i].dead = this.#slots.take(1));
      const record = () => k.deadUnits(...this.#index.units[i], at, dead);
      // Of several slices each may be another thread's: one wait for all of them serves the units of all layers.
      if (slicesOf(size, this.#batch).length > 1) this.#later.push(record);
      else record();
    }
    const saturation = type.saturation?.(spec.params);
    if (!saturation) return;
    const { low, high } = saturation;
    const record = (from: number, n: number, out: number) => k.outside(n, at + from, low, high, out);
    this.rows[i].saturated = this.#sliced(size, 1, this.#batch, record);
  }

  /** ‖∂L/∂value‖² where a row begins or ends. */
  gradient(k: Kernels, value: Value, gradient: Normed): void {
    if (this.#what !== "everything") return;
    for (const i of this.#index.exits(value)) this.rows[i].delta = this.#norm(k, gradient);
    for (const i of this.#index.entries(value)) {
      this.rows[i].entry = this.#norm(k, gradient);
      this.rows[i].rareEntry = this.#isRare;
    }
  }

  /** What is recorded from now on is computed at some steps only. */
  rarely(): Kernels {
    this.#isRare = true;
    return recorder(() => this.rare);
  }

  #norm(k: Kernels, gradient: Normed): number {
    const { at, size } = gradient;
    return (gradient.norm ??= this.#sumSquares(k, at, size, this.#batch));
  }

  #sumSquares(k: Kernels, at: number, size: number, batch?: number): number {
    return this.#sliced(size, 1, batch, (from, n, out) => k.sumSquares(n, at + from, out));
  }

  /** Weights of row `i`, and their gradients, which are complete. Does nothing the second time. */
  parameters(k: Kernels, i: number): void {
    const segment = this.#segments.get(this.#network.rows[i].spec.path);
    const sums = this.rows[i];
    if (!segment || sums.update >= 0) return;
    const { size, grad, squares } = segment;
    sums.update = this.#sliced(size, UPDATE.length, undefined, () => undefined, this.updateFolds);
    sums.weight = squares;
    if (this.#what === "nothing") return;
    sums.grad = this.#sliced(size, SUMMARY.length, undefined, (from, n, out) =>
      k.summary(n, grad + from, out),
    );
    if (this.#what === "gradients") return;
    sums.hist = this.#slots.take(HIST_BINS);
    this.rare.push({ kernel: "histogram", args: [size, grad, sums.hist] });
  }

  /** What the node of this number calls with the place of ∂L/∂h_t, for the samples' n elements of each step. */
  time(k: Kernels, node: number): ((t: number, at: number, n: number) => void) | undefined {
    const layer = this.#index.layer(node);
    if (layer === undefined || this.#what !== "everything") return undefined;
    const sums = this.rows[layer];
    if (sums.times.length === 0) return undefined;
    return (t, at, n) => {
      sums.times[t] = this.#sumSquares(k, at, n, this.#batch);
    };
  }

  #nothing(i: number): RowSums {
    const { spec, exit } = this.#network.rows[i];
    const timeSteps =
      spec.kind === "layer" ? (this.#table[spec.type].time?.(spec.params, spec.input) ?? 0) : 0;
    return {
      outputs: sizeOf(exit.shape),
      units: this.#index.units[i][1],
      act: -1,
      dead: -1,
      saturated: -1,
      delta: -1,
      entry: -1,
      rareEntry: false,
      parameters: this.#segments.get(spec.path)?.size ?? 0,
      grad: -1,
      hist: -1,
      weight: -1,
      update: -1,
      times: Array<number>(timeSteps).fill(-1),
    };
  }
}
