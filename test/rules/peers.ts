import { statOf, type Frame } from "../../src/protocol/frame.ts";
import type { RunEnd, RunInfo } from "../../src/protocol/run.ts";
import { median } from "../../src/insight/typical.ts";

/** A run as the peers' rules look at it: some sixty frames, and every loss. */
export interface PeerRun {
  readonly info: RunInfo;
  readonly frames: readonly Frame[];
  readonly losses: readonly number[];
  /** Accuracy of every step, where there is one. */
  readonly metrics: readonly number[];
  readonly end: RunEnd;
}

const NORMS = /Norm/;

/** Rows with parameters, normalisations left out. */
const weighted = ({ info }: PeerRun): readonly number[] =>
  info.layers.flatMap(({ type, parameters }, row) =>
    parameters.length > 0 && !NORMS.test(type) ? [row] : [],
  );

const sizeOf = ({ info }: PeerRun, row: number): number =>
  (info.layers[row]?.parameters ?? []).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

/** Mean |g| of a layer, of a normal distribution with its mean and deviation. */
const meanSize = (frame: Frame, row: number): number =>
  0.8 * Math.hypot(statOf(frame, row, "grad_mean"), statOf(frame, row, "grad_std"));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Zhang et al.: AutoTrainer, 2021, with the thresholds that it publishes. */
export function autoTrainer(run: PeerRun): readonly string[] {
  const { frames, losses, metrics, end, info } = run;
  const out = new Set<string>();
  if (end.reason === "non_finite") out.add("explode");
  const rows = weighted(run);
  const seen = frames.filter(({ step }) => step >= 0.3 * losses.length);
  const size = Math.max(1, Math.floor(metrics.length / 20));
  const epochs = Array.from({ length: Math.ceil(metrics.length / size) }, (_, i) =>
    mean(metrics.slice(i * size, (i + 1) * size)),
  );
  const notConverged = epochs.length === 0 || Math.max(...epochs) < 0.7;
  if (notConverged) {
    for (const frame of seen) {
      const [a, b] = [statOf(frame, rows[0] ?? 0, "grad_norm"), statOf(frame, rows.at(-1) ?? 0, "grad_norm")];
      if (a / b < 1e-3 && a < 1e-4) out.add("vanish");
      if (a / b > 70) out.add("explode");
      const sizes = rows.map((row) => sizeOf(run, row));
      const zeros = rows.map((row, i) => (statOf(frame, row, "grad_zero") || 0) * (sizes[i] ?? 0));
      if (zeros.reduce((x, y) => x + y, 0) / sizes.reduce((x, y) => x + y, 0) >= 0.7) out.add("relu");
    }
    if (epochs.length > 2 && Math.max(...epochs) - Math.min(...epochs) < 0.01) out.add("not converge");
    const turns = epochs.filter((value, i) => {
      const [before, after] = [epochs[i - 1] ?? value, epochs[i + 1] ?? value];
      return (value - before) * (after - value) < 0 && Math.abs(value - before) >= 0.03;
    });
    if (epochs.length > 2 && turns.length >= 0.2 * epochs.length) out.add("unstable");
  }
  for (const frame of seen) {
    const large = info.layers.some(
      (_, row) =>
        row < info.layers.length - 1 &&
        Math.abs(statOf(frame, row, "act_mean")) + 0.8 * statOf(frame, row, "act_std") >= 10,
    );
    if (large) out.add("data");
  }
  if (losses.some((loss) => loss < 0)) out.add("loss");
  return [...out];
}

/** The built-in rules of Amazon SageMaker Debugger, with their defaults. */
export function sageMaker(run: PeerRun): readonly string[] {
  const { frames, losses, end, info } = run;
  const out = new Set<string>();
  if (end.reason === "non_finite") out.add("ExplodingTensor");
  const rows = weighted(run);
  for (const frame of frames) {
    for (const row of rows) {
      if (meanSize(frame, row) < 1e-7) out.add("VanishingGradient");
      const update = statOf(frame, row, "update_ratio");
      if (Number.isFinite(update) && (update > 10 || update < 1e-8)) out.add("WeightUpdateRatio");
      if (statOf(frame, row, "grad_zero") === 1) out.add("AllZero");
    }
    for (const [row, { type }] of info.layers.entries()) {
      if (/^ReLU6?$/.test(type) && statOf(frame, row, "act_dead") > 0.5) out.add("DeadRelu");
      if (statOf(frame, row, "act_zero") === 1) out.add("AllZero");
    }
    const variances = rows.map((row) => statOf(frame, row, "act_std") ** 2).filter((value) => value > 0);
    if (frame.step <= 10 && Math.max(...variances) / Math.min(...variances) > 10)
      out.add("PoorWeightInitialization");
  }
  for (const [i] of frames.slice(2).entries()) {
    const three = frames.slice(i, i + 3);
    if (rows.some((row) => three.every((frame) => statOf(frame, row, "update_ratio") < 1e-5)))
      out.add("UnchangedTensor");
  }
  for (let i = 10; i < losses.length; i += 10) {
    const [before, now] = [losses[i - 10] ?? NaN, losses[i] ?? NaN];
    if (before !== 0 && (before - now) / Math.abs(before) < 1e-3) out.add("LossNotDecreasing");
  }
  return [...out];
}

/** Pei et al.: BTTackler, 2024, with the thresholds that it publishes. */
export function bttackler(run: PeerRun): readonly string[] {
  const { frames, end } = run;
  const losses = run.losses.filter(Number.isFinite);
  const out = new Set<string>();
  if (end.reason === "non_finite") out.add("exploding");
  const rows = weighted(run);
  const sizes = frames.map((frame) => rows.map((row) => meanSize(frame, row)));
  const typical = median(rows.map((_, i) => median(sizes.map((row) => row[i] ?? NaN))));
  if (typical > 1e4) out.add("exploding");
  if (typical < 1e-5) out.add("vanishing");
  const ratios = sizes.map((row) =>
    row
      .slice(1)
      .map((next, i) => (row[i] ?? NaN) / next)
      .filter(Number.isFinite),
  );
  const extremes = ratios.filter((row) => row.length > 0);
  if (median(extremes.map((row) => Math.min(...row))) < 1e-4) out.add("vanishing");
  if (median(extremes.map((row) => Math.max(...row))) > 1e3) out.add("exploding");
  if (median(frames.map((frame) => mean(rows.map((row) => statOf(frame, row, "grad_zero") || 0)))) > 0.5)
    out.add("dead");
  const last = losses.slice(-Math.max(6, Math.floor(losses.length / 5)));
  const centre = mean(last);
  const deviation = Math.sqrt(mean(last.map((loss) => (loss - centre) ** 2)));
  if (deviation / Math.abs(centre) < 1e-4) out.add("slow");
  return [...out];
}
