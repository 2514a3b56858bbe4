import { statOf, type Frame, type Stat } from "../protocol/frame.ts";
import type { LayerInfo } from "../protocol/run.ts";
import { count, counted } from "../insight/format.ts";
import { lensStatistics, shownCompact } from "../insight/statistics.ts";
import type { LensKind, Statistic } from "../protocol/statistics.ts";
import { plain, withIcon, type Plain } from "./quote.ts";
import { isConcern, type Share } from "../insight/share.ts";

/** What the figures above one declaration are taken from: one row of a frame, or one for each repetition, first to last. */
export interface LensRows {
  readonly frame: Frame;
  readonly layers: readonly LayerInfo[];
  readonly rows: readonly number[];
  /** The model or its data have changed since the run. */
  readonly stale: boolean;
  /** The model was probed, and has not run. */
  readonly probe?: boolean;
  /** How each row of the frame is marked (`Summary.marks`). */
  readonly marks: readonly Share[];
}

const LONGEST = 70;
const SEPARATOR = " · ";

/** `‖∂L/∂θ‖ 3.1e-7 · gain 0.24 · update 2.0e-6`; over repetitions `‖∂L/∂θ‖ 3.1e-7 … 0.12 over 20 · gain 0.24 … 0.25`. */
export const gradientLens = (at: LensRows): Plain => lens(at, "gradients");

/** `dead 12 % · saturated 71 % · gain 0.24`, for a layer without parameters; `std 0.31 · gain 0.24` where neither can be. */
export const activationLens = (at: LensRows): Plain => lens(at, "activations");

/** A column that a layer does not have is NaN, but so is one that has gone wrong: the run says which it is. */
const has = ({ layers, rows }: LensRows, stat: Stat): boolean =>
  rows.some((row) => layers[row]?.stats.includes(stat));

function lens(at: LensRows, kind: LensKind): Plain {
  const { frame, rows, stale, marks, probe = false } = at;
  const isWrong = rows.some((row) => isConcern(marks[row] ?? "even"));
  const parts = itemsOf(at, kind).map((statistic, i) => {
    // One line of a program may make layers of several types.
    const own = rows.filter((row) => at.layers[row]?.stats.includes(statistic.column));
    const values = own.map((row) => statOf(frame, row, statistic.column));
    const over = i === 0 && own.length > 1 ? ` over ${count(own.length)}` : "";
    return `${statistic.symbol} ${range(values, statistic)}${over}`;
  });
  if (stale) return plain`${STALE}${joined(parts, LONGEST - STALE.length)}`;
  const mark = probe ? PROBE : "";
  const text = plain`${mark}${joined(parts, LONGEST - mark.length)}`;
  return isWrong ? withIcon("warning", text) : text;
}

/** Those that the layer has. The spread of its outputs says something only where no dead or saturated ones are counted. */
function itemsOf(at: LensRows, kind: LensKind): readonly Statistic[] {
  const counted = has(at, "act_dead") || has(at, "act_saturated");
  return lensStatistics(kind).filter(({ column }) => has(at, column) && !(column === "act_std" && counted));
}

const STALE = "(stale) ";
const PROBE = "(probe) ";

/** Joins as many parts as fit, from the first on. */
function joined(parts: readonly string[], longest: number): string {
  let text = parts[0] ?? "no figures";
  for (const part of parts.slice(1)) {
    const longer = text + SEPARATOR + part;
    if (longer.length > longest) break;
    text = longer;
  }
  return text;
}

function range(values: readonly number[], statistic: Statistic): string {
  const [first, last] = [values[0] ?? NaN, values.at(-1) ?? NaN].map((x) => shownCompact(statistic, x));
  return values.length > 1 ? `${first} … ${last}` : `${first}`;
}

/**
 * `[2] → [64] · 192 parameters`: what stands above a layer until a run has figures, so that no line moves when they come. Of a
 * repeated layer: what goes into the first, what comes out of the last, and the parameters of all. Stale where the text by now
 * says something else, or nothing that can be read.
 */
export function shapeLens(
  input: readonly number[],
  output: readonly number[],
  parameters: number,
  repeated: number,
  stale: boolean,
): Plain {
  const over = repeated > 1 ? ` over ${count(repeated)}` : "";
  const shapes = `${stale ? STALE : ""}[${input.join(", ")}] → [${output.join(", ")}]`;
  const parts = parameters > 0 ? [shapes, counted(parameters, "parameter") + over] : [shapes + over];
  return plain`${joined(parts, LONGEST)}`;
}

/** `▶ Run · 20 layers · 84,161 parameters`, above a model that can run. */
export const runLens = (layers: number, parameters: number): Plain =>
  plain`▶ Run · ${counted(layers, "layer")} · ${counted(parameters, "parameter")}`;

/** `$(error) 2 problems`, above a model that cannot. */
export const problemsLens = (errors: number): Plain =>
  withIcon("error", plain`${counted(errors, "problem")}`);
