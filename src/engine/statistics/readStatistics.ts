import { COLUMN, HIST_BINS, STATS } from "../../protocol/frame.ts";
import { UPDATE } from "../kernels/optimizers.ts";
import { SUMMARY } from "../kernels/statistics.ts";
import type { LayerSums, ParameterSums, Slot } from "./layerSums.ts";

// Where `summary` puts its sums (`SUMMARY`), counted from its place.
const [SUM, SQUARES, ZEROS, NONFINITE, MIN, MAX] = SUMMARY.map((_, i) => i);
// And the optimizers theirs (`UPDATE`).
const [MOVED, WEIGHTS] = UPDATE.map((_, i) => i);

/** Population standard deviation of n elements from their sum and the sum of their squares. */
function deviation(sum: number, squares: number, n: number): number {
  const mean = sum / n;
  return Math.sqrt(Math.max(squares / n - mean * mean, 0));
}

/**
 * Writes one row of `STATS` for each layer; leaves what there is none of, and where the step has not computed what is
 * `sampled`, the last that there was. Returns whether all that was summed is finite.
 */
export function readLayers(
  layers: readonly LayerSums[],
  d: Float64Array,
  values: Float64Array,
  sampled: boolean,
): boolean {
  let broken = 0; // 0 as long as nothing is, above it or NaN then
  for (let i = 0; i < layers.length; i++)
    broken += readLayer(layers[i], d, values, i * STATS.length, sampled);
  return broken === 0;
}

function readLayer(
  layer: LayerSums,
  d: Float64Array,
  values: Float64Array,
  at: number,
  sampled: boolean,
): number {
  const { outputSize, units, output, deadUnits, saturated, outputGradient, inputGradient, parameters } =
    layer;
  let broken = 0;
  if (parameters?.gradient !== undefined) {
    broken += readGradient(parameters, parameters.gradient, d, values, at);
  }
  if (output !== undefined) {
    values[at + COLUMN.act_mean] = d[output + SUM] / outputSize;
    values[at + COLUMN.act_std] = deviation(d[output + SUM], d[output + SQUARES], outputSize);
    values[at + COLUMN.act_zero] = d[output + ZEROS] / outputSize;
    if (sampled) values[at + COLUMN.act_spread] = spreadOf(layer.spread, d, d[output + SQUARES]);
    broken += values[at + COLUMN.act_nonfinite] = d[output + NONFINITE];
  }
  if (deadUnits !== undefined) values[at + COLUMN.act_dead] = d[deadUnits] / units;
  if (saturated !== undefined) values[at + COLUMN.act_saturated] = d[saturated] / outputSize;
  if (outputGradient !== undefined) {
    values[at + COLUMN.delta_norm] = Math.sqrt(d[outputGradient]);
    broken += zeroIfFinite(d[outputGradient]);
  }
  if (inputGradient !== undefined) {
    broken += zeroIfFinite(d[inputGradient.squares]);
    if (outputGradient !== undefined && (sampled || !inputGradient.sampled))
      values[at + COLUMN.gain] = Math.sqrt(d[inputGradient.squares] / d[outputGradient]);
  }
  return broken;
}

/** √(Σ variance / Σ mean square). Outputs that are all 0 are all alike. */
function spreadOf(spread: Slot | undefined, d: Float64Array, squares: number): number {
  if (spread === undefined) return NaN;
  return squares === 0 ? 0 : Math.min(Math.sqrt(d[spread] / squares), 1);
}

/** 0, or NaN. */
const zeroIfFinite = (x: number): number => x - x;

function readGradient(
  { squares, update, size }: ParameterSums,
  gradient: Slot,
  d: Float64Array,
  values: Float64Array,
  at: number,
): number {
  const weightNorm = Math.sqrt(d[squares]);
  values[at + COLUMN.grad_norm] = Math.sqrt(d[gradient + SQUARES]);
  values[at + COLUMN.grad_mean] = d[gradient + SUM] / size;
  values[at + COLUMN.grad_std] = deviation(d[gradient + SUM], d[gradient + SQUARES], size);
  values[at + COLUMN.grad_min] = d[gradient + MIN];
  values[at + COLUMN.grad_max] = d[gradient + MAX];
  values[at + COLUMN.grad_zero] = d[gradient + ZEROS] / size;
  values[at + COLUMN.grad_nonfinite] = d[gradient + NONFINITE];
  values[at + COLUMN.weight_norm] = weightNorm;
  // Of nothing there is no part: infinite is what has overflowed.
  values[at + COLUMN.update_ratio] = Math.sqrt(d[update + MOVED]) / (weightNorm === 0 ? NaN : weightNorm);
  return d[gradient + NONFINITE] + zeroIfFinite(d[squares]) + zeroIfFinite(d[update + MOVED]);
}

/** What the weights sum to after a step is what they sum to as the next begins. */
export function keepWeights(layers: readonly LayerSums[], d: Float64Array): void {
  for (let i = 0; i < layers.length; i++) {
    const { parameters } = layers[i];
    if (parameters) d[parameters.squares] = d[parameters.update + WEIGHTS];
  }
}

/** Writes `HIST_BINS` counts for each layer; leaves those of layers without parameters. */
export function readHistograms(layers: readonly LayerSums[], d: Float64Array, counts: Float64Array): void {
  for (let layer = 0; layer < layers.length; layer++) {
    const histogram = layers[layer].parameters?.histogram;
    if (histogram === undefined) continue;
    for (let i = 0; i < HIST_BINS; i++) counts[layer * HIST_BINS + i] = d[histogram + i];
  }
}

/** Time steps of the recurrent layers, all together. */
export const timeSteps = (layers: readonly LayerSums[]): number =>
  layers.reduce((sum, { times }) => sum + times.length, 0);

/** Writes ‖∂L/∂h_t‖ of the recurrent layers, one after the other; NaN where it was not taken. */
export function readTimes(layers: readonly LayerSums[], d: Float64Array, norms: Float64Array): void {
  let to = 0;
  for (let layer = 0; layer < layers.length; layer++) {
    const { times } = layers[layer];
    for (let t = 0; t < times.length; t++) {
      const squares = times[t];
      // Two stores: V8 would keep a number that may come from either side in an object of its own.
      if (squares === undefined) norms[to++] = NaN;
      else norms[to++] = Math.sqrt(d[squares]);
    }
  }
}
