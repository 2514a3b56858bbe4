import { compact } from "../insight/format.ts";
import { t } from "../l10n/translate.ts";
import type { AppliedFix, Trial, TrialMeasure, TrialsResult } from "../protocol/trials.ts";
import { json, lines, type Terminal } from "./quote.ts";

/** JSON has no NaN and no ±∞: they are written as strings. */
const numeral = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** Candidates that a table has beside the model as it is. */
const ROWS = 6;

/** What a candidate does to the model, in words. */
export const fixesInWords = (fixes: readonly AppliedFix[]): string =>
  fixes.length === 0 ? t`as it is` : fixes.map(({ title }) => title).join("; ");

/** A row for the model as it is, and one for each of the best candidates, the best first. */
export function trialsTable({ original, finalists, best }: TrialsResult): Terminal {
  const winner = best && finalists.filter((trial) => isSame(trial, best));
  const others = finalists.filter((trial) => !winner?.includes(trial));
  const shown = [original, ...(winner ?? []), ...others].slice(0, ROWS + 1);
  const header = [t`loss`, t`of a constant's`, t`other seeds`, t`ms/step`, t`findings left`, t`fixes`];
  return lines(
    align([header, ...shown.map((trial) => cells(trial, best !== undefined && isSame(trial, best)))]),
  );
}

const isSame = (a: Trial, b: Trial): boolean => fixesInWords(a.fixes) === fixesInWords(b.fixes);

function cells({ fixes, measures }: Trial, isBest: boolean): readonly string[] {
  const [own, ...seeds] = measures;
  if (!own) return [];
  return [
    compact(own.loss, 3),
    compact(own.relative),
    seeds.map(({ relative }) => compact(relative)).join(" "),
    compact(own.ms_per_step),
    [...new Set(measures.flatMap(({ errors }) => errors))].join(", ") || t`none`,
    `${isBest ? "✓ " : ""}${fixesInWords(fixes)}`,
  ];
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const pad = (value: string, i: number): string =>
    i < 4 ? value.padStart(widths[i] ?? 0) : value.padEnd(widths[i] ?? 0);
  return rows.map((row) => `${row.map(pad).join("  ").trimEnd()}\n`).join("");
}

/** What is said of the result, in a sentence. */
export function verdictOf({ original, best, finalists, cost, tried }: TrialsResult): string {
  const effort = t`${tried} candidates, ${compact(cost)} full runs`;
  if (tried === 0) return t`Nothing was found that keeps this model from training: no fix was tried.`;
  const [before, after] = [original.measures[0], best?.measures[0]];
  if (!best || !before || !after) {
    const nearest = finalists.length === 0 ? "" : t`, although some did in one`;
    return t`No fix measured better in every seed${nearest} (${effort}).`;
  }
  const change = t`from ${compact(before.relative)} to ${compact(after.relative)} of what a constant prediction costs`;
  const but = best.well ? "" : t`; it still does not train well`;
  return t`Better in ${best.measures.length} of ${best.measures.length} seeds: the loss goes ${change}${but} (${effort}).`;
}

/** One object for programs; `README.md` says what it holds. */
export const trialsJson = (
  about: Readonly<Record<string, string | number | null>>,
  result: TrialsResult,
): Terminal =>
  json({
    ...about,
    original: trialJson(result.original),
    best: result.best ? { ...trialJson(result.best), well: result.best.well } : null,
    candidates: result.finalists.map(trialJson),
    tried: result.tried,
    cost: Math.round(result.cost * 100) / 100,
  });

const trialJson = ({ fixes, measures }: Trial) => ({
  fixes: fixes.map(({ name, title }) => ({ name, title })),
  seeds: measures.map(measureJson),
});

const measureJson = ({ seed, made, loss, floor, relative, errors, ms_per_step }: TrialMeasure) => ({
  seed,
  steps: made,
  loss: numeral(loss),
  floor: numeral(floor),
  relative: numeral(relative),
  errors,
  ms_per_step: Math.round(ms_per_step * 1000) / 1000,
});
