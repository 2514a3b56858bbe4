import assert from "node:assert/strict";
import { HIST_OFFSET } from "../../src/protocol/frame.ts";

type Json = string | number | null | readonly Json[] | { readonly [key: string]: Json };
export type Line = Readonly<Record<string, Json>>;

/** Lines of a stream of statistics. */
export const readStream = (text: string): readonly Line[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

/** How far the figures of step n may be from PyTorch's: rounding errors grow from step to step. */
const tolerance = (step: number): number => (step === 1 ? 1e-4 : 1e-2);

/** Below this, relative to the largest of its kind in the step, a figure is rounding error itself. */
const FLOOR = 1e-6;

/** The same in powers of two: elements so far below the largest are what rounding left of 0 (a bias before BatchNorm). */
const NOISE_BINS = 20;

const EXACT = new Set(["grad_nonfinite", "act_nonfinite"]);

/**
 * Holds every figure of a step against the reference. A mean is compared on the scale of the deviation around it; elements
 * that are rounding error may lie in any bin of the histogram, others as far as rounding can move them.
 */
export function assertStep(actual: Line, expected: Line): void {
  const step = expected["step"] as number;
  const rtol = tolerance(step);
  for (const key of ["loss", "lr", "grad_norm", "clip_coef", "metric"]) {
    if (key in expected) assertFigure(actual[key], expected[key], rtol, 0, `step ${step} ${key}`);
  }
  const [ours, theirs] = [actual["layers"], expected["layers"]] as unknown as readonly (readonly Line[])[];
  assert.deepEqual(
    ours.map(({ path }) => path),
    theirs.map(({ path }) => path),
  );
  theirs.forEach((row, i) => assertRow(ours[i], row, rtol, `step ${step} ${row["path"] as string}`));
}

function assertRow(actual: Line, expected: Line, rtol: number, where: string): void {
  const noise = noiseOf(expected);
  for (const [column, value] of Object.entries(expected)) {
    const at = `${where} ${column}`;
    assert.ok(column in actual, `${at}: absent`);
    if (column === "path") continue;
    if (column === "grad_hist") assertHistogram(actual[column], value, rtol, at);
    else if (EXACT.has(column)) assert.equal(actual[column], value, at);
    else if (column === "grad_zero") assertShare(actual[column], value, noise, at);
    else if (column === "update_ratio")
      assertFigure(actual[column], value, rtol + updateNoise(expected), 0, at);
    else assertFigure(actual[column], value, rtol, scaleOf(column, expected), at);
  }
}

/** What an error in a column is small against, beside the figure itself. */
function scaleOf(column: string, row: Line): number {
  if (column === "grad_mean" || column === "grad_min" || column === "grad_max")
    return row["grad_std"] as number;
  if (column === "act_mean") return row["act_std"] as number;
  return column.startsWith("act_") && column !== "act_std" ? 1 : 0;
}

function assertFigure(actual: Json, expected: Json, rtol: number, scale: number, where: string): void {
  if (typeof expected !== "number") return assert.deepEqual(actual, expected, where);
  assert.equal(typeof actual, "number", where);
  const allowed = rtol * Math.max(Math.abs(expected), scale) + FLOOR * scale;
  assert.ok(
    Math.abs((actual as number) - expected) <= allowed,
    `${where}: expected ${expected}, found ${JSON.stringify(actual)}`,
  );
}

const sum = (counts: readonly number[]): number => counts.reduce((total, n) => total + n, 0);

/** Bins below this hold rounding error. */
const floorOf = (hist: readonly number[]): number => hist.findLastIndex((n) => n > 0) - NOISE_BINS;

/** Share of a row's gradients that are rounding error, and so may be exactly 0 on one side and not on the other. */
function noiseOf(row: Line): number {
  const hist = row["grad_hist"] as readonly number[] | undefined;
  if (!hist) return 0;
  const zero = row["grad_zero"] as number;
  const elements = sum(hist) / (1 - zero || 1);
  return sum(hist.slice(0, Math.max(floorOf(hist), 0))) / elements + zero;
}

/** PyTorch's default of the ε in Adam's g/(√v + ε). */
const EPSILON = 1e-8;

/**
 * What rounding can do to ‖Δθ‖, relatively. Adam makes steps of equal length, lr, out of all gradients far above ε, and
 * of |g|/(|g| + ε)·lr out of rounding errors, such as the gradient of the keys' bias, which attention does not depend on.
 */
function updateNoise(row: Line): number {
  const hist = row["grad_hist"] as readonly number[];
  const top = 2 ** (hist.slice(0, Math.max(floorOf(hist), 0)).findLastIndex((n) => n > 0) + 1 - HIST_OFFSET);
  return (noiseOf(row) / 2) * (top / (top + EPSILON)) ** 2;
}

function assertShare(actual: Json, expected: Json, noise: number, where: string): void {
  const [a, e] = [actual as number, expected as number];
  const same = Math.abs(a - e) <= 1e-12;
  assert.ok(same || (a <= noise + 1e-12 && e <= noise + 1e-12), `${where}: expected ${e}, found ${a}`);
}

function assertHistogram(actual: Json, expected: Json, rtol: number, where: string): void {
  const [a, e] = [actual as readonly number[], expected as readonly number[]];
  assert.equal(a.length, e.length, where);
  const floor = Math.max(floorOf(e), 0);
  const moved = sum(e.map((n, i) => (i < floor ? 0 : Math.abs(n - a[i])))) / 2;
  const allowed = Math.max(1, 20 * rtol * sum(e));
  assert.ok(moved <= allowed, `${where}: ${moved} elements in other bins, expected at most ${allowed}`);
}
