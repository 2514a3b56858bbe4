import { COLUMN, HIST_BINS, STATS, type Stat } from "../protocol/frame.ts";
import type { RowSums } from "./plan.ts";

/** Population mean and standard deviation from sums. */
function moments(sum: number, squares: number, n: number): readonly [mean: number, std: number] {
  const mean = sum / n;
  return [mean, Math.sqrt(Math.max(squares / n - mean * mean, 0))];
}

/** One row of `STATS` for each row of sums, NaN where there is none. */
export function readRows(rows: readonly RowSums[], d: Float64Array): Float64Array {
  const values = new Float64Array(rows.length * STATS.length).fill(NaN);
  rows.forEach((row, i) =>
    readRow(row, d, (stat, value) => (values[i * STATS.length + COLUMN[stat]] = value)),
  );
  return values;
}

function readRow(row: RowSums, d: Float64Array, put: (stat: Stat, value: number) => void): void {
  if (row.grad >= 0) {
    const [sum, squares, min, max, zeros, nonfinite] = summaryAt(d, row.grad);
    const [mean, std] = moments(sum, squares, row.parameters);
    const weightNorm = Math.sqrt(d[row.weight]);
    put("grad_norm", Math.sqrt(squares));
    put("grad_mean", mean);
    put("grad_std", std);
    put("grad_min", min);
    put("grad_max", max);
    put("grad_zero", zeros / row.parameters);
    put("grad_nonfinite", nonfinite);
    put("weight_norm", weightNorm);
    put("update_ratio", Math.sqrt(d[row.update]) / weightNorm);
  }
  if (row.act >= 0) {
    const [sum, squares, , , zeros, nonfinite] = summaryAt(d, row.act);
    const [mean, std] = moments(sum, squares, row.outputs);
    put("act_mean", mean);
    put("act_std", std);
    put("act_zero", zeros / row.outputs);
    put("act_nonfinite", nonfinite);
  }
  if (row.dead >= 0) put("act_dead", d[row.dead] / row.units);
  if (row.saturated >= 0) put("act_saturated", d[row.saturated] / row.outputs);
  if (row.delta >= 0) put("delta_norm", Math.sqrt(d[row.delta]));
  if (row.delta >= 0 && row.entry >= 0) put("gain", Math.sqrt(d[row.entry] / d[row.delta]));
}

const summaryAt = (d: Float64Array, at: number): readonly number[] => Array.from(d.subarray(at, at + 6));

/** `HIST_BINS` counts for each row; 0 for rows without parameters. */
export function readHistograms(rows: readonly RowSums[], d: Float64Array): Float64Array {
  const counts = new Float64Array(rows.length * HIST_BINS);
  rows.forEach(({ hist }, i) => {
    if (hist >= 0) counts.set(d.subarray(hist, hist + HIST_BINS), i * HIST_BINS);
  });
  return counts;
}

/** ‖∂L/∂h_t‖ of the recurrent rows, one after the other; `undefined` where there are none. */
export function readTimes(rows: readonly RowSums[], d: Float64Array): Float64Array | undefined {
  const norms = rows.flatMap(({ time, timeSteps }) =>
    time < 0 ? [] : Array.from(d.subarray(time, time + timeSteps), Math.sqrt),
  );
  return norms.length ? Float64Array.from(norms) : undefined;
}
