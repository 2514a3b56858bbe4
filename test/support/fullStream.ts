import assert from "node:assert/strict";
import { layerCount, statOf, type Frame } from "../../src/protocol/frame.ts";
import type { Table } from "../../webview/charts/chart.ts";
import { count, counted, figure } from "../../src/insight/format.ts";
import type { Line } from "./stream.ts";

/** Every step of a run, as its full stream has it: what a panel shows is held against it. */
export interface FullStream {
  readonly steps: readonly number[];
  readonly loss: readonly number[];
  readonly clipped: readonly boolean[];
  /** NaN where the validation set was not evaluated. */
  readonly validation: readonly number[];
  /** ‖∂L/∂h‖ layer by layer. */
  readonly delta: readonly (readonly number[])[];
}

export function fullStream(layers: number): FullStream & { push(frame: Frame): void } {
  const delta: number[][] = Array.from({ length: layers }, () => []);
  const [steps, loss, validation, clipped]: [number[], number[], number[], boolean[]] = [[], [], [], []];
  return {
    ...{ steps, loss, clipped, validation, delta },
    push(frame) {
      assert.equal(layerCount(frame), layers);
      steps.push(frame.step);
      loss.push(frame.loss);
      clipped.push(frame.clip_coef < 1);
      validation.push(frame.val_loss);
      for (const [layer, norms] of delta.entries()) norms.push(statOf(frame, layer, "delta_norm"));
    },
  };
}

/** The stream that `--format jsonl` writes. */
export function fullStreamOf(lines: readonly Line[]): FullStream {
  const steps = lines.filter(({ type }) => type === "step");
  const rows = (line: Line): readonly Line[] => line["layers"] as unknown as readonly Line[];
  return {
    steps: steps.map(({ step }) => Number(step)),
    loss: steps.map(({ loss }) => Number(loss)),
    clipped: steps.map(({ clip_coef }) => Number(clip_coef) < 1),
    validation: steps.map(({ val_loss = NaN }) => Number(val_loss)),
    delta: rows(steps[0]).map((_, layer) => steps.map((line) => Number(rows(line)[layer]["delta_norm"]))),
  };
}

/** What the loss chart says in words. */
export function lossReadingOf({ steps, loss, clipped }: FullStream): string {
  const lowest = loss.reduce(
    (least, one, i) => (one < loss[least] || Number.isNaN(loss[least]) ? i : least),
    0,
  );
  const clips = clipped.filter(Boolean).length;
  const last = steps.length - 1;
  const noun = steps[last] === steps.length ? "step" : "sampled step";
  return [
    `${figure(loss[last], 3)} now`,
    `lowest ${figure(loss[lowest], 3)} at step ${count(steps[lowest])}`,
    ...(clips > 0 ? [`clipped at ${count(clips)} of ${counted(steps.length, noun)}`] : []),
  ].join(", ");
}

/** A row of a table by the names of its columns. */
type Row = Readonly<Record<string, string | number>>;

export const rowsOf = ({ columns, rows }: Table): readonly Row[] =>
  rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));

/** The table that a CSV text holds, whose cells have no quotes. */
export function tableOf(csv: string): Table {
  const [columns = [], ...rows] = csv
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split(","));
  const numeric = rows.map((row) =>
    row.map((cell) => (cell === "NaN" || !Number.isNaN(Number(cell)) ? Number(cell) : cell)),
  );
  return { columns, rows: numeric };
}

/** Holds every row of the loss chart's table against the steps that it says it is of, and all rows against all steps. */
export function assertLossTable(table: Table, full: FullStream): void {
  const rows = rowsOf(table);
  const training = rows.filter(({ series }) => series === "training");
  const smooth = smoothedOf(full);
  let at = 0;
  for (const row of training) {
    const end = endOf(row, at, full.steps);
    assertFigure(row, "", full.loss.slice(at, end));
    assert.equal(row["clipped"], full.clipped.slice(at, end).filter(Boolean).length, where(row));
    assertNear(Number(row["smoothed"]), smooth[end - 1], where(row));
    at = end;
  }
  assert.equal(at, full.steps.length, "every step is in a row");
  assertEvaluations(
    rows.filter(({ series }) => series === "validation"),
    full,
  );
}

function assertEvaluations(rows: readonly Row[], { steps, validation }: FullStream): void {
  const evaluated = steps.flatMap((step, i) =>
    Number.isNaN(validation[i]) ? [] : [{ step, loss: validation[i] }],
  );
  let at = 0;
  for (const row of rows) {
    const end = endOf(
      row,
      at,
      evaluated.map(({ step }) => step),
    );
    assertFigure(
      row,
      "",
      evaluated.slice(at, end).map(({ loss }) => loss),
    );
    at = end;
  }
  assert.equal(at, evaluated.length, "every evaluation is in a row");
}

/** Holds the table of the gradient over time against the steps that its rows say they are of. */
export function assertOverTimeTable(table: Table, full: FullStream, paths: readonly string[]): void {
  let at = 0;
  for (const row of rowsOf(table)) {
    const end = endOf(row, at, full.steps);
    for (const [layer, path] of paths.entries())
      assertFigure(row, `${path} delta_norm_`, full.delta[layer].slice(at, end));
    at = end;
  }
  assert.equal(at, full.steps.length, "every step is in a row");
}

/** Where the steps of a row end, which begin at `at`. */
function endOf(row: Row, at: number, steps: readonly number[]): number {
  const end = at + Number(row["steps"]);
  assert.deepEqual(
    [row["first_step"], row["last_step"]],
    [steps[at], steps[end - 1]],
    "rows follow each other",
  );
  return end;
}

const where = (row: Row): string => `steps ${row["first_step"]} to ${row["last_step"]}`;

/** `first` to `mean` of a row, as far as it has them, are those of these values. */
function assertFigure(row: Row, prefix: string, values: readonly number[]): void {
  const finite = values.filter(Number.isFinite);
  const extreme = (pick: (a: number, b: number) => number): number =>
    finite.length > 0 ? finite.reduce((a, b) => pick(a, b)) : NaN;
  const exact = { first: values[0], last: values.at(-1), min: extreme(Math.min), max: extreme(Math.max) };
  for (const [name, value] of Object.entries(exact)) {
    if (`${prefix}${name}` in row)
      assert.equal(row[`${prefix}${name}`], value, `${prefix}${name} of ${where(row)}`);
  }
  const mean = finite.reduce((sum, one) => sum + one, 0) / finite.length;
  assertNear(Number(row[`${prefix}mean`]), mean, `${prefix}mean of ${where(row)}`);
}

/** Sums over the same numbers in another order differ in their last bits. */
function assertNear(found: number, expected: number, what: string): void {
  if (!Number.isFinite(expected)) return assert.equal(found, expected, what);
  assert.ok(
    Math.abs(found - expected) <= 1e-9 * Math.abs(expected) + 1e-300,
    `${what}: ${found}, not ${expected}`,
  );
}

/** The exponential mean: each step that passes takes a twentieth of the way that is left, the first ones more. */
function smoothedOf({ steps, loss }: FullStream): readonly number[] {
  let mean = NaN;
  return loss.map((value, i) => {
    if (!Number.isFinite(mean) || !Number.isFinite(value)) return (mean = value);
    const window = Math.min(20, steps[i]);
    for (let passed = steps[i - 1]; passed < steps[i]; passed++) mean += (value - mean) / window;
    return mean;
  });
}
