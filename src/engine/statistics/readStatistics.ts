import { HIST_BINS } from "../../protocol/frame.ts";
import { MOVED, SQUARES, WEIGHTS } from "../../protocol/formulas.ts";
import type { LayerSums } from "./layerSums.ts";
import { type NamedReadings, READING, type Readings } from "./readings.ts";

/**
 * Writes what there is of one row of `STATS` for each layer, and leaves the rest; where the step has not computed what is
 * `sampled`, the last that there was stays.
 */
export function readLayers(
  { always, sampled, own }: Readings,
  d: Float64Array,
  values: Float64Array,
  isSampled: boolean,
): void {
  readNamed(always, d, values);
  if (isSampled) readNamed(sampled, d, values);
  for (let i = 0; i < own.length; i++) {
    const { formula, to, n, a, b, sampled } = own[i];
    if (isSampled || !sampled) formula(d, values, to, n, a, b);
  }
}

/** A loop for each formula: they are a good part of the step of a tiny model. */
function readNamed(named: NamedReadings, d: Float64Array, values: Float64Array): void {
  const value = named["value"];
  for (let i = 0; i < value.length; i += READING) values[value[i]] = d[value[i + 1]];
  const mean = named["per element"];
  for (let i = 0; i < mean.length; i += READING) values[mean[i]] = d[mean[i + 1]] / mean[i + 3];
  const root = named["root"];
  for (let i = 0; i < root.length; i += READING) values[root[i]] = Math.sqrt(d[root[i + 1]]);
  const spread = named["deviation"];
  for (let i = 0; i < spread.length; i += READING) {
    values[spread[i]] = deviation(d[spread[i + 1]], d[spread[i + 1] + 1], spread[i + 3]);
  }
  const ofRatio = named["root of ratio"];
  for (let i = 0; i < ofRatio.length; i += READING) {
    values[ofRatio[i]] = Math.sqrt(d[ofRatio[i + 1]] / d[ofRatio[i + 2]]);
  }
  const ofRoots = named["ratio of roots"];
  for (let i = 0; i < ofRoots.length; i += READING) {
    const whole = d[ofRoots[i + 2]]; // of nothing there is no part: infinite is what has overflowed
    values[ofRoots[i]] = Math.sqrt(d[ofRoots[i + 1]]) / (whole === 0 ? NaN : Math.sqrt(whole));
  }
}

/** Population standard deviation of n elements from their sum and the sum of their squares. */
function deviation(sum: number, squares: number, n: number): number {
  const mean = sum / n;
  return Math.sqrt(Math.max(squares / n - mean * mean, 0));
}

/** Whether all that was summed is finite. */
export function areFinite(layers: readonly LayerSums[], d: Float64Array): boolean {
  let broken = 0; // 0 as long as nothing is, NaN then
  for (let i = 0; i < layers.length; i++) {
    const { output, outputGradient, inputGradient, parameters } = layers[i];
    if (output !== undefined) broken += zeroIfFinite(d[output + SQUARES]);
    if (outputGradient !== undefined) broken += zeroIfFinite(d[outputGradient]);
    if (inputGradient !== undefined) broken += zeroIfFinite(d[inputGradient.squares]);
    if (parameters?.gradient === undefined) continue;
    broken += zeroIfFinite(d[parameters.gradient + SQUARES]);
    broken += zeroIfFinite(d[parameters.squares]) + zeroIfFinite(d[parameters.update + MOVED]);
  }
  return broken === 0;
}

/** 0, or NaN. */
const zeroIfFinite = (x: number): number => x - x;

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
