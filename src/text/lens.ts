import { t } from "../l10n/translate.ts";
import { statOf, type Frame, type Stat } from "../protocol/frame.ts";
import type { FoundAt } from "../protocol/found.ts";
import type { LayerInfo } from "../protocol/run.ts";
import { count, counted } from "../insight/format.ts";
import { lensStatistics, shownCompact } from "../insight/statistics.ts";
import type { LensKind, Statistic } from "../protocol/statistics.ts";
import { plain, withIcon, type Plain } from "./quote.ts";
import { STALE } from "./run.ts";
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
  readonly found?: LensFinding | undefined;
}

/** The gravest thing that was found at the declaration; a remark is none. */
export type LensFinding = Pick<FoundAt, "id" | "severity">;

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
  const { frame, rows, stale, marks, found, probe = false } = at;
  const parts = itemsOf(at, kind).map((statistic, i) => {
    // One line of a program may make layers of several types.
    const own = rows.filter((row) => at.layers[row]?.stats.includes(statistic.column));
    const values = own.map((row) => statOf(frame, row, statistic.column));
    const over = i === 0 && own.length > 1 ? t` over ${count(own.length)}` : "";
    return `${statistic.symbol} ${range(values, statistic)}${over}`;
  });
  const shown = noted(stale ? STALE : probe ? PROBE : "", parts);
  if (found) return withFinding(found, shown);
  const isWrong = !stale && rows.some((row) => isConcern(marks[row] ?? "even"));
  const text = plain`${joined(shown, LONGEST)}`;
  return isWrong ? withIcon("warning", text) : text;
}

/** `$(error) dead-relu · dead 100 % · gain 0.00`: by its id, which leaves room for the figures that it is about. */
const withFinding = (found: LensFinding, parts: readonly string[]): Plain =>
  withIcon(ICONS[found.severity], plain`${joined([found.id, ...parts], LONGEST)}`);

const ICONS = { error: "error", warning: "warning", info: "info" } as const;

/** The note in front of the first part. */
const noted = (note: string, [first = t`no figures`, ...rest]: readonly string[]): readonly string[] => [
  note === "" ? first : `${note} ${first}`,
  ...rest,
];

/** Those that the layer has. The spread of its outputs says something only where no dead or saturated ones are counted. */
function itemsOf(at: LensRows, kind: LensKind): readonly Statistic[] {
  const counted = has(at, "act_dead") || has(at, "act_saturated");
  return lensStatistics(kind).filter(({ column }) => has(at, column) && !(column === "act_std" && counted));
}

const PROBE = t`(probe)`;

/** Joins as many parts as fit, from the first on. */
function joined(parts: readonly string[], longest: number): string {
  let text = parts[0] ?? "";
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
  found?: LensFinding,
): Plain {
  const over = repeated > 1 ? t` over ${count(repeated)}` : "";
  const shapes = `${stale ? `${STALE} ` : ""}[${input.join(", ")}] → [${output.join(", ")}]`;
  const parts = parameters > 0 ? [shapes, counted(parameters, "parameter") + over] : [shapes + over];
  return found ? withFinding(found, parts) : plain`${joined(parts, LONGEST)}`;
}

/** `$(error) target-scale · loss 3.1e4 after 200 steps · completed`, above a model: what was found of it as a whole, or of its data. */
export const findingLens = (found: LensFinding, result?: string): Plain =>
  withIcon(ICONS[found.severity], plain`${[found.id, ...(result ? [result] : [])].join(SEPARATOR)}`);

/** `▶ Run · 20 layers · 84,161 parameters`, above a model that can run. */
export const runLens = (layers: number, parameters: number): Plain =>
  plain`▶ Run · ${counted(layers, "layer")} · ${counted(parameters, "parameter")}`;

/** `$(error) 2 problems`, above a model that cannot. */
export const problemsLens = (errors: number): Plain =>
  withIcon("error", plain`${counted(errors, "problem")}`);
