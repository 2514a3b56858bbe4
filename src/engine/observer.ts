import { HIST_BINS } from "../protocol/frame.ts";
import type { Value } from "./graph.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { MOMENTS, SUMMARY } from "./kernels/statistics.ts";
import type { Segment } from "./layout.ts";
import type { LayerTable, Network } from "./network.ts";
import type { PlanOptions, RowSums } from "./plan.ts";
import type { Call } from "./record.ts";
import type { RowIndex } from "./rows.ts";
import type { Slots } from "./slots.ts";
import { type Tensor, sizeOf } from "./tensor.ts";

/** A gradient whose ‖·‖² is taken once at most: `norm` is where it has been put. */
export interface Normed {
  readonly at: number;
  readonly size: number;
  norm?: number;
}

/** Records the statistics of a training step beside the calls that compute it, while the tensors are in the cache. */
export class Observer {
  readonly rows: readonly RowSums[];
  readonly histograms: Call[] = [];
  readonly #what: NonNullable<PlanOptions["observe"]>;
  readonly #network: Network;
  readonly #index: RowIndex;
  readonly #table: LayerTable;
  readonly #segments: ReadonlyMap<string, Segment>;
  readonly #slots: Slots;

  constructor(
    network: Network,
    index: RowIndex,
    { layout, table, observe = "everything" }: PlanOptions,
    slots: Slots,
  ) {
    this.#what = observe;
    this.#network = network;
    this.#index = index;
    this.#table = table;
    this.#segments = new Map(layout.segments.map((segment) => [segment.layer.path, segment]));
    this.#slots = slots;
    this.rows = network.rows.map((_, i) => this.#nothing(i));
  }

  /** Of every row that gives this tensor. */
  outputs(k: Kernels, value: Value, { at, size }: Tensor): void {
    const rows = this.#index.outputs(value);
    if (rows.length === 0 || this.#what !== "everything") return;
    const act = this.#slots.take(MOMENTS.length);
    k.moments(size, at, act);
    for (const i of rows) {
      this.rows[i].act = act;
      this.#units(k, i, at, size);
    }
  }

  #units(k: Kernels, i: number, at: number, size: number): void {
    const { spec } = this.#network.rows[i];
    if (spec.kind !== "layer") return;
    const type = this.#table[spec.type];
    if (type.dead) k.deadUnits(...this.#index.units[i], at, (this.rows[i].dead = this.#slots.take(1)));
    const saturation = type.saturation?.(spec.params);
    if (!saturation) return;
    k.outside(size, at, saturation.low, saturation.high, (this.rows[i].saturated = this.#slots.take(1)));
  }

  /** ‖∂L/∂value‖² where a row begins or ends. */
  gradient(k: Kernels, value: Value, gradient: Normed): void {
    if (this.#what !== "everything") return;
    for (const i of this.#index.exits(value)) this.rows[i].delta = this.#norm(k, gradient);
    for (const i of this.#index.entries(value)) this.rows[i].entry = this.#norm(k, gradient);
  }

  #norm(k: Kernels, gradient: Normed): number {
    if (gradient.norm === undefined) {
      gradient.norm = this.#slots.take(1);
      k.sumSquares(gradient.size, gradient.at, gradient.norm);
    }
    return gradient.norm;
  }

  /** Weights of row `i`, and their gradients, which are complete. Does nothing the second time. */
  parameters(k: Kernels, i: number): void {
    const segment = this.#segments.get(this.#network.rows[i].spec.path);
    const sums = this.rows[i];
    if (!segment || sums.update >= 0) return;
    sums.update = this.#slots.take(1);
    if (this.#what === "nothing") return;
    k.summary(segment.size, segment.grad, (sums.grad = this.#slots.take(SUMMARY.length)));
    if (this.#what === "gradients") return;
    k.sumSquares(segment.size, segment.theta, (sums.weight = this.#slots.take(1)));
    sums.hist = this.#slots.take(HIST_BINS);
    this.histograms.push({ kernel: "histogram", args: [segment.size, segment.grad, sums.hist] });
  }

  /** Where the node of this number puts its ‖∂L/∂h_t‖². */
  time(node: number): number | undefined {
    const layer = this.#index.layer(node);
    if (layer === undefined || this.#what !== "everything") return undefined;
    const sums = this.rows[layer];
    if (sums.timeSteps === 0) return undefined;
    if (sums.time < 0) sums.time = this.#slots.take(sums.timeSteps);
    return sums.time;
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
      parameters: this.#segments.get(spec.path)?.size ?? 0,
      grad: -1,
      hist: -1,
      weight: -1,
      update: -1,
      time: -1,
      timeSteps,
    };
  }
}
