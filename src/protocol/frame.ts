import { type Stat, STATISTIC } from "./statistics.ts";

export type { Stat } from "./statistics.ts";

/** The scalar columns of one layer's row at one training step, in order. What they are, and when one is absent: `statistics.ts`. */
export const STATS = Object.keys(STATISTIC) as readonly Stat[];

/** The column of each statistic within a row. */
export const COLUMN = Object.fromEntries(STATS.map((stat, i) => [stat, i])) as Readonly<Record<Stat, number>>;

/** Bins of `grad_hist`: an element g, finite and not 0, falls into bin clamp(⌊log₂|g|⌋ + 48, 0, 63). */
export const HIST_BINS = 64;
export const HIST_OFFSET = 48;

/**
 * The figures of a step that belong to no layer, in order. NaN where a step has none. `amp_scale`: what the loss was multiplied by, in
 * mixed precision; `skipped`: updates that were left out since the frame before, as their gradients were not finite.
 */
export const TOTALS = [
  "loss",
  "lr",
  "grad_norm",
  "clip_coef",
  "metric",
  "val_loss",
  "val_metric",
  "amp_scale",
  "skipped",
] as const;

export type Total = (typeof TOTALS)[number];

/** What one training step looked like. Built by the engine, drawn by the webview, read by the rules. */
export interface Frame extends Readonly<Record<Total, number>> {
  /** Counts from 1. */
  readonly step: number;
  /** One row of `STATS` per layer, rows in order of definition. NaN: the layer has no such column. */
  readonly values: Float64Array;
  /** `HIST_BINS` counts per layer; absent at steps where no histogram was taken. */
  readonly hist?: Float64Array;
  /** `time_delta_norm` of the recurrent layers, one after the other; `LayerInfo.time` says how many each has. */
  readonly time?: Float64Array;
}

/** A frame with arrays of its own, to be kept. */
export const copyFrame = (frame: Frame): Frame => ({
  ...frame,
  values: frame.values.slice(),
  ...(frame.hist && { hist: frame.hist.slice() }),
  ...(frame.time && { time: frame.time.slice() }),
});

/** Number of rows of a frame. */
export const layerCount = ({ values }: Frame): number => values.length / STATS.length;

/**
 * A NaN or ±∞ is among the layer's activations, its gradients, or the gradient that arrives at its output. A NaN there is one
 * wherever the layer was looked at at all: then its outputs were counted.
 */
export function isNonFinite(frame: Frame, layer: number): boolean {
  const delta = statOf(frame, layer, "delta_norm");
  const outputs = statOf(frame, layer, "act_nonfinite");
  if (outputs > 0 || statOf(frame, layer, "grad_nonfinite") > 0) return true;
  return Number.isNaN(delta) ? !Number.isNaN(outputs) : !Number.isFinite(delta);
}

/** A NaN or ±∞ was computed at this step: in a layer, in the loss, or in the total of the gradients. */
export function isBroken(frame: Frame): boolean {
  if (!Number.isFinite(frame.loss) || !Number.isFinite(frame.grad_norm)) return true;
  const layers = layerCount(frame);
  for (let layer = 0; layer < layers; layer++) if (isNonFinite(frame, layer)) return true;
  return false;
}

/** NaN when the frame has no such layer: charts leave a gap, and no comparison with it holds. */
export const statOf = (frame: Frame, layer: number, stat: Stat): number => cellOf(frame, layer, COLUMN[stat]);

/** The same by the statistic's column: who goes through many figures looks that up once. */
export const cellOf = ({ values }: Frame, layer: number, column: number): number =>
  values[layer * STATS.length + column] ?? NaN;
