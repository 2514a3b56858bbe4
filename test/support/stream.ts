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

/** How many times as far as its witnesses a figure may be from PyTorch's. */
const WITNESSES = 10;

/** Lines of the same step, or rows of the same layer, from other runs of PyTorch. */
type Witnesses = readonly Line[];

/**
 * Holds every figure of a step against the reference. A mean is compared on the scale of the deviation around it; elements
 * that are rounding error may lie in any bin of the histogram, others as far as rounding can move them. Where the reference
 * has witnesses, runs that differ from it by rounding alone, their distance from it says how much that is.
 */
export function assertStep(actual: Line, expected: Line): void {
  const step = expected["step"] as number;
  const rtol = tolerance(step);
  const witnesses = (expected["witnesses"] ?? []) as unknown as Witnesses;
  for (const key of ["loss", "lr", "grad_norm", "clip_coef", "metric", "val_loss"]) {
    if (!(key in expected)) continue;
    const bounds = { rtol, scale: 0, rounding: roundingOf(key, expected, witnesses) };
    assertFigure(actual[key], expected[key], bounds, `step ${step} ${key}`);
  }
  const [ours, theirs] = [rowsOf(actual), rowsOf(expected)];
  assert.deepEqual(
    ours.map(({ path }) => path),
    theirs.map(({ path }) => path),
  );
  theirs.forEach((row, i) => {
    const others = witnesses.map((witness) => rowsOf(witness)[i]);
    assertRow(ours[i], row, others, rtol, `step ${step} ${row["path"] as string}`);
  });
}

const rowsOf = ({ layers }: Line): readonly Line[] => layers as unknown as readonly Line[];

/** How far rounding may move a figure. */
const roundingOf = (key: string, expected: Line, witnesses: Witnesses): number =>
  WITNESSES * Math.max(0, ...witnesses.map((witness) => distance(witness[key], expected[key])));

/** Infinite where one of the two is no number. */
const distance = (a: Json, b: Json): number => {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b);
  return a === b ? 0 : Infinity;
};

/** Columns that count elements: rounding errors among them fall on either side. */
const COUNTS: Readonly<Record<string, string>> = {
  grad_zero: "grad_noise",
  act_zero: "act_noise",
  act_dead: "act_noise",
  act_saturated: "act_noise",
};

function assertRow(actual: Line, expected: Line, witnesses: Witnesses, rtol: number, where: string): void {
  const columns = Object.entries(expected).filter(
    ([column]) => column !== "path" && !column.endsWith("_noise"),
  );
  for (const [column, value] of columns) {
    const at = `${where} ${column}`;
    assert.ok(column in actual, `${at}: absent`);
    const found = actual[column];
    if (EXACT.has(column)) assert.equal(found, value, at);
    else if (isRounding(column, expected)) continue;
    else if (column === "grad_hist") assertHistogram(found, value, witnesses, rtol, at);
    else if (column === "time_delta_norm") assertTimes(found, value, witnesses, rtol, at);
    else if (column in COUNTS) assertShare(found, value, shareOfNoise(column, expected), at);
    else if (column === "gain" && isNoise(actual, expected, witnesses)) continue;
    else assertFigure(found, value, boundsOf(column, expected, witnesses, rtol), at);
  }
}

/** More than half of the elements behind a figure are rounding errors: so is the figure. */
function isRounding(column: string, row: Line): boolean {
  if (column.startsWith("grad_") || column === "update_ratio") return Number(row["grad_noise"] ?? 0) > 0.5;
  return column.startsWith("act_") && Number(row["act_noise"] ?? 0) > 0.5;
}

function boundsOf(column: string, expected: Line, witnesses: Witnesses, rtol: number): Bounds {
  const rounding = roundingOf(column, expected, witnesses);
  if (column !== "update_ratio") return { rtol, scale: scaleOf(column, expected), rounding };
  // Adagrad and its like make steps of equal length out of gradients, rounding errors and others.
  const noise = Math.max(updateNoise(expected), Number(expected["grad_noise"] ?? 0));
  return { rtol: rtol + noise, scale: 0, rounding: rounding + SPACING };
}

/** An update cannot be smaller than the spacing of floats, relatively. */
const SPACING = 2 ** -23;

/** Samples that are all but alike are so far apart as rounding has left them: this many times its error. */
const ROUNDED = 1e-3;

/** What an error in a column is small against, beside the figure itself. */
function scaleOf(column: string, row: Line): number {
  if (column === "grad_mean" || column === "grad_min" || column === "grad_max")
    return row["grad_std"] as number;
  if (column === "act_mean") return row["act_std"] as number;
  if (column === "act_spread") return ROUNDED;
  return column.startsWith("act_") && column !== "act_std" ? 1 : 0;
}

interface Bounds {
  readonly rtol: number;
  /** What the figure is small against, beside itself. */
  readonly scale: number;
  /** How far rounding may move it. */
  readonly rounding: number;
}

function assertFigure(actual: Json, expected: Json, { rtol, scale, rounding }: Bounds, where: string): void {
  if (rounding === Infinity) return; // NaN or not: that hangs on rounding, such as a ratio of two rounding errors
  if (typeof expected !== "number") return assert.deepEqual(actual, expected, where);
  if (rounding > Math.abs(expected) && typeof actual !== "number") return;
  assert.equal(typeof actual, "number", where);
  const allowed = rtol * Math.max(Math.abs(expected), scale) + FLOOR * scale + rounding;
  assert.ok(
    Math.abs((actual as number) - expected) <= allowed,
    `${where}: expected ${expected}, found ${JSON.stringify(actual)}, which is more than ${allowed} apart`,
  );
}

function assertTimes(actual: Json, expected: Json, witnesses: Witnesses, rtol: number, where: string): void {
  const [a, e] = [actual, expected] as readonly (readonly Json[])[];
  assert.equal(a.length, e.length, where);
  const scale = FLOOR * Math.max(...e.map(Number));
  const others = witnesses.map((row) => row["time_delta_norm"] as unknown as Line);
  e.forEach((value, t) => {
    const rounding = roundingOf(String(t), e as unknown as Line, others);
    assertFigure(a[t], value, { rtol, scale, rounding }, `${where}[${t}]`);
  });
}

const sum = (counts: readonly number[]): number => counts.reduce((total, n) => total + n, 0);

/** Bins below this hold rounding error. */
const floorOf = (hist: readonly number[]): number => hist.findLastIndex((n) => n > 0) - NOISE_BINS;

/** Share of a row's gradients that are rounding error, and so may be exactly 0 on one side and not on the other. */
function noiseOf(row: Line): number {
  const hist = row["grad_hist"] as readonly number[] | undefined;
  if (!hist) return 0;
  const zero = row["grad_zero"] as number;
  if (zero === 1) return 1;
  return (sum(hist.slice(0, Math.max(floorOf(hist), 0))) / sum(hist)) * (1 - zero) + zero;
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

/** Share of the elements that a column counts which may fall on either side. */
function shareOfNoise(column: string, row: Line): number {
  const noise = Number(row[COUNTS[column]] ?? 0);
  if (column === "grad_zero") return Math.max(noise, noiseOf(row));
  return column === "act_dead" && noise > 0 ? 1 : noise; // one element decides of a unit
}

function assertShare(actual: Json, expected: Json, noise: number, where: string): void {
  const [a, e] = [actual as number, expected as number];
  assert.ok(Math.abs(a - e) <= noise + 1e-12, `${where}: expected ${e}, found ${a}`);
}

/** ∂L/∂y is rounding error there, and exactly 0 here: its ratio to ∂L/∂x says nothing. */
const isNoise = (actual: Line, expected: Line, witnesses: Witnesses): boolean =>
  actual["delta_norm"] === 0 &&
  roundingOf("delta_norm", expected, witnesses) >= Math.abs(Number(expected["delta_norm"]));

function assertHistogram(
  actual: Json,
  expected: Json,
  witnesses: Witnesses,
  rtol: number,
  where: string,
): void {
  const [a, e] = [actual, expected] as readonly (readonly number[])[];
  assert.equal(a.length, e.length, where);
  const floor = Math.max(floorOf(e), 0);
  const moved = (b: readonly number[]): number =>
    sum(e.map((n, i) => (i < floor ? 0 : Math.abs(n - b[i])))) / 2;
  const others = witnesses.map((row) => moved(row["grad_hist"] as readonly number[]));
  const allowed = Math.max(1, 20 * rtol * sum(e)) + WITNESSES * Math.max(0, ...others);
  assert.ok(moved(a) <= allowed, `${where}: ${moved(a)} elements in other bins, expected at most ${allowed}`);
}
