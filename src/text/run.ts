import { t } from "../l10n/translate.ts";
import { shorten } from "../protocol/visible.ts";
import { layerName } from "../protocol/layerName.ts";
import type { RunSummary } from "../protocol/webview.ts";
import type { ReadProgress } from "../protocol/worker.ts";
import { compact, count, counted, percent } from "../insight/format.ts";
import type { Summary } from "../insight/findings/summarise.ts";
import { ENDS, PLACES } from "../insight/words.ts";
import { markdown, plain, withIcon, type Markdown, type Plain } from "./quote.ts";

/** `step 240 / 500 · loss 0.693 · 1,240 steps/s`, while a run goes on or is paused. */
export function progress({ state, step, info, loss, steps_per_second, reading }: RunSummary): string {
  if (state === "preparing") return reading ? readingText(reading) : t`preparing`;
  const at = t`step ${count(step)}${info.steps === undefined ? "" : ` / ${count(info.steps)}`}`;
  if (step === 0) return at;
  const parts = [at, t`loss ${compact(loss, 3)}`];
  if (state === "paused") parts.push(t`paused`);
  else if (steps_per_second >= 0.5) parts.push(t`${count(steps_per_second)} steps/s`);
  return parts.join(" · ");
}

/** `as at step 401 · loss 0.42`, where an earlier step of a run is looked at. */
export const momentText = (step: number, loss: number): string =>
  t`as at step ${count(step)} · loss ${compact(loss, 3)}`;

/** `reading mnist.npy 43 %`: the file's name without its folders. */
function readingText({ file, read, total }: ReadProgress): string {
  const name = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  return t`reading ${short(name, LONGEST_FILE)} ${percent(total > 0 ? read / total : 0)}`;
}

const LONGEST_FILE = 32;

/** `loss 0.214 after 500 steps · completed`; while the run goes on, its progress. */
export function outcome(run: RunSummary): string {
  const { end } = run;
  if (!end) return progress(run);
  if (end.reason === "failed") {
    return end.steps > 0
      ? t`failed after ${counted(end.steps, "step")}: ${end.message}`
      : t`failed: ${end.message}`;
  }
  const after =
    end.steps > 0
      ? t`loss ${compact(run.loss, 3)} after ${counted(end.steps, "step")}`
      : t`before the first step`;
  return end.reason === "non_finite" ? `${after} · ${nonFinite(end)}` : `${after} · ${ENDS[end.reason]}`;
}

const nonFinite = ({
  layer,
  where,
}: {
  readonly layer: string;
  readonly where: keyof typeof PLACES;
}): string =>
  layer === "loss" ? t`NaN or ∞ in the loss` : t`NaN or ∞ first in ${layerName(layer)} (${PLACES[where]})`;

/** In front of what is said of a run whose model or data have changed since. */
export const STALE = t`(stale)`;

const LONGEST_NAME = 40;

/** What was found, and how grave it is. */
type Found = Pick<Summary, "severity" | "text">;

/** A run that went to its end can still have gone wrong. */
const isWrong = ({ end }: RunSummary, { severity }: Found): boolean =>
  end?.reason === "completed" && severity === "warning";

/** The status bar's text: a codicon for the state, the model, and what it does. */
export const statusText = (run: RunSummary, found: Found): Plain => {
  const stale = run.stale && run.end ? `${STALE} ` : "";
  const text = plain`${shorten(run.info.model, LONGEST_NAME)}: ${stale}${short(outcome(run), 60)}`;
  return withIcon(isWrong(run, found) ? "warning" : ICON[statusOf(run)], text);
};

/** What a screen reader says of the status bar's item. */
export const statusSpoken = (run: RunSummary, found: Found): Plain =>
  plain`GradLens: ${run.info.model}, ${outcome(run)}. ${found.text}`;

/** What the status bar's item shows when it is pointed at. */
export const statusHover = (run: RunSummary, found: Found): Markdown =>
  markdown`**${run.info.model}** · ${run.file}\n\n${outcome(run)}\n\n${found.text}`;

type Status = Exclude<RunSummary["state"], "ended"> | NonNullable<RunSummary["end"]>["reason"];

const statusOf = ({ state, end }: RunSummary): Status => {
  if (end) return end.reason;
  return state === "ended" ? "stopped" : state;
};

/** The codicon of what a run does, or how it ended. */
export const iconOf = (run: RunSummary): string => ICON[statusOf(run)];

const ICON: Readonly<Record<Status, string>> = {
  preparing: "loading~spin",
  running: "pulse",
  paused: "debug-pause",
  completed: "check",
  stopped: "debug-stop",
  interrupted: "debug-disconnect",
  lost: "debug-disconnect",
  non_finite: "warning",
  failed: "error",
};

/** Cuts a text that is longer, with an ellipsis, but never a character. */
export const short = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, "")}…` : text;

/** Steps per second between two readings of a clock; 0 where no time has passed. */
export const stepsPerSecond = (from: Reading, to: Reading): number =>
  to.ms > from.ms ? ((to.step - from.step) * 1000) / (to.ms - from.ms) : 0;

export interface Reading {
  readonly step: number;
  readonly ms: number;
}
