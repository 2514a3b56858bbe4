import { COLUMN, HIST_BINS, STATS } from "../protocol/frame.ts";
import { UPDATE } from "./kernels/optimizers.ts";
import { SUMMARY } from "./kernels/statistics.ts";
import type { RowSums } from "./rowSums.ts";

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
 * Writes one row of `STATS` for each row of sums; leaves what there is none of, and where the step has not computed what is
 * `rare`, the last that there was. Returns whether all that was summed is finite.
 */
export function readRows(
  rows: readonly RowSums[],
  d: Float64Array,
  values: Float64Array,
  rare: boolean,
): boolean {
  let broken = 0; // 0 as long as nothing is, above it or NaN then
  for (let i = 0; i < rows.length; i++) broken += readRow(rows[i], d, values, i * STATS.length, rare);
  return broken === 0;
}

function readRow(row: RowSums, d: Float64Array, values: Float64Array, at: number, rare: boolean): number {
  let broken = 0;
  if (row.grad >= 0) broken += readGradient(row, d, values, at);
  if (row.act >= 0) {
    values[at + COLUMN.act_mean] = d[row.act + SUM] / row.outputs;
    values[at + COLUMN.act_std] = deviation(d[row.act + SUM], d[row.act + SQUARES], row.outputs);
    values[at + COLUMN.act_zero] = d[row.act + ZEROS] / row.outputs;
    broken += values[at + COLUMN.act_nonfinite] = d[row.act + NONFINITE];
  }
  if (row.dead >= 0) values[at + COLUMN.act_dead] = d[row.dead] / row.units;
  if (row.saturated >= 0) values[at + COLUMN.act_saturated] = d[row.saturated] / row.outputs;
  if (row.delta >= 0) {
    values[at + COLUMN.delta_norm] = Math.sqrt(d[row.delta]);
    broken += zeroIfFinite(d[row.delta]);
  }
  if (row.entry >= 0) {
    broken += zeroIfFinite(d[row.entry]);
    if (row.delta >= 0 && (rare || !row.rareEntry))
      values[at + COLUMN.gain] = Math.sqrt(d[row.entry] / d[row.delta]);
  }
  return broken;
}

/** 0, or NaN. */
const zeroIfFinite = (x: number): number => x - x;

function readGradient(
  { grad, weight, update, parameters }: RowSums,
  d: Float64Array,
  values: Float64Array,
  at: number,
): number {
  const weightNorm = Math.sqrt(d[weight]);
  values[at + COLUMN.grad_norm] = Math.sqrt(d[grad + SQUARES]);
  values[at + COLUMN.grad_mean] = d[grad + SUM] / parameters;
  values[at + COLUMN.grad_std] = deviation(d[grad + SUM], d[grad + SQUARES], parameters);
  values[at + COLUMN.grad_min] = d[grad + MIN];
  values[at + COLUMN.grad_max] = d[grad + MAX];
  values[at + COLUMN.grad_zero] = d[grad + ZEROS] / parameters;
  values[at + COLUMN.grad_nonfinite] = d[grad + NONFINITE];
  values[at + COLUMN.weight_norm] = weightNorm;
  values[at + COLUMN.update_ratio] = Math.sqrt(d[update + MOVED]) / weightNorm;
  return d[grad + NONFINITE] + zeroIfFinite(d[weight]) + zeroIfFinite(d[update + MOVED]);
}

/** What the weights sum to after a step is what they sum to as the next begins. */
export function keepWeights(rows: readonly RowSums[], d: Float64Array): void {
  for (let i = 0; i < rows.length; i++) {
    const { weight, update } = rows[i];
    if (update >= 0) d[weight] = d[update + WEIGHTS];
  }
}

/** Writes `HIST_BINS` counts for each row; leaves those of rows without parameters. */
export function readHistograms(rows: readonly RowSums[], d: Float64Array, counts: Float64Array): void {
  for (let row = 0; row < rows.length; row++) {
    const { hist } = rows[row];
    if (hist < 0) continue;
    for (let i = 0; i < HIST_BINS; i++) counts[row * HIST_BINS + i] = d[hist + i];
  }
}

/** Time steps of the recurrent rows, all together. */
export const timeSteps = (rows: readonly RowSums[]): number =>
  rows.reduce((sum, { times }) => sum + times.length, 0);

/** Writes ‖∂L/∂h_t‖ of the recurrent rows, one after the other. */
export function readTimes(rows: readonly RowSums[], d: Float64Array, norms: Float64Array): void {
  let to = 0;
  for (let row = 0; row < rows.length; row++) {
    const { times } = rows[row];
    for (let t = 0; t < times.length; t++) norms[to++] = Math.sqrt(d[times[t]]);
  }
}
