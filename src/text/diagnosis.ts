import type { Finding } from "../insight/findings/found.ts";
import type { Figures } from "../insight/findings/finding.ts";
import { findingOf } from "../insight/findings/index.ts";
import { compact, counted } from "../insight/format.ts";
import { ENDS } from "../insight/words.ts";
import { FIXES } from "../protocol/fixNames.ts";
import { layerName } from "../protocol/layerName.ts";
import type { RunEnd } from "../protocol/run.ts";
import { ended, json, line, lines, type Json, type Terminal } from "./quote.ts";

/** What a diagnosis says of a run. */
export interface Diagnosis {
  /** The model file, as it was named. */
  readonly file: string;
  readonly model: string;
  readonly seed: number;
  readonly end: {
    readonly reason: RunEnd["reason"];
    readonly steps: number;
    /** NaN where there was no step. */
    readonly loss: number;
    /** The loss of the best constant prediction; NaN where nobody knows it. */
    readonly floor: number;
  };
  /** The cause first. */
  readonly findings: readonly Finding[];
}

/** What keeps the model from training was found. */
export const isSick = ({ findings, end }: Pick<Diagnosis, "findings" | "end">): boolean =>
  end.reason === "non_finite" || findings.some(({ severity }) => severity === "error");

/** JSON has no NaN and no ±∞: what is not known is `null`, what is not finite a string, as in the stream. */
const numeral = (value: number): Json =>
  Number.isNaN(value) ? null : Number.isFinite(value) ? value : String(value);

export const numerals = (figures: Figures): Json =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, numeral(value)]));

/** One object, for programs: a contract, see README.md. */
export function diagnosisJson({ file, model, seed, end, findings }: Diagnosis): Terminal {
  const { reason, steps, loss, floor } = end;
  return ended(
    json({
      file,
      model,
      seed,
      end: { reason, steps, loss: numeral(loss), floor: numeral(floor) },
      findings: findings.map(({ id, severity, layer, message, causeOf, figures, fixes }) => ({
        id,
        severity,
        path: layer ?? "",
        step: steps,
        message,
        cause_of: causeOf,
        figures: numerals(figures),
        fixes,
      })),
    }),
  );
}

/** The same for people: what was found, what it explains, why it is bad, what may mend it. */
export function diagnosisText(diagnosis: Diagnosis): Terminal {
  const { model, seed, end, findings } = diagnosis;
  const floor = Number.isNaN(end.floor) ? "" : ` · predicting the mean alone: ${compact(end.floor, 3)}`;
  const head = line`${model} · seed ${seed} · ${ENDS[end.reason]} after ${counted(end.steps, "step")} · loss ${compact(end.loss, 3)}${floor}`;
  const causes = findings.filter(({ cause }) => cause === undefined);
  const parts = causes.map((one) => findingText(one, findings));
  const nothing = isSick(diagnosis) ? [] : [lines("Nothing was found that keeps this model from training.")];
  return lines([head, ...nothing, ...parts].map((part) => `${part}\n`).join("\n"));
}

function findingText(one: Finding, all: readonly Finding[]): Terminal {
  const { id, severity, message, fixes, causeOf } = one;
  const why = findingOf(id)?.why ?? "";
  const rows = [
    line`${severity} ${id}${placeOf(one)}`,
    line`  ${message}`,
    ...wrapped(why).map((text) => line`  ${text}`),
    ...all
      .filter((other) => causeOf.includes(other.id))
      .map((other) => line`  explains ${other.id}${placeOf(other)}: ${other.message}`),
    ...(severity === "info" ? [] : fixes.map((fix) => line`  fix ${fix}: ${FIXES[fix]}`)),
  ];
  return lines(rows.join("\n"));
}

const placeOf = ({ layer }: Finding): string =>
  layer === undefined ? "" : layer === "data" ? " in the data" : ` at ${layerName(layer)}`;

/** Columns that a paragraph is broken at. */
const WIDTH = 96;

function wrapped(text: string): readonly string[] {
  const rows: string[] = [];
  for (const word of text.split(" ")) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows;
}
