import type { Summary } from "../insight/findings/summarise.ts";
import { t } from "../l10n/translate.ts";
import { counted } from "../insight/format.ts";
import { TRIALS } from "../insight/words.ts";
import type { RunSummary } from "../protocol/webview.ts";
import { plain, type Plain } from "./quote.ts";
import { iconOf, outcome, short } from "./run.ts";

/** A line of the list of runs, as a tree shows it and a screen reader says it. */
export interface Line {
  readonly label: Plain;
  readonly description: Plain;
  readonly spoken: Plain;
  readonly icon: string;
  readonly tone: Tone;
}

/** What a line's icon is coloured by. */
export type Tone = "plain" | "good" | "warning" | "error";

const LONGEST = 120;

export interface ListedRun {
  readonly summary: RunSummary;
  readonly pinned: boolean;
  readonly severity: Summary["severity"];
}

/** `the good one` or `14:03:22`, then `pinned · stale · loss 0.214 after 500 steps · completed`. */
export function runLine({ summary, pinned, severity }: ListedRun): Line {
  const { info, name, trial, started, stale, end } = summary;
  const label = name ?? (trial === undefined ? started : `${TRIALS[trial]} · ${started}`);
  const words = [
    ...(name === undefined ? [] : [started]),
    ...(pinned ? [t`pinned`] : []),
    ...(stale && end ? [t`stale`] : []),
    short(outcome(summary), LONGEST),
  ].join(" · ");
  const wrong = severity === "error" || severity === "warning";
  return {
    label: plain`${label}`,
    description: plain`${words}`,
    spoken: plain`Run of ${info.model}, ${label}: ${words}`,
    icon: wrong && end?.reason === "completed" ? "warning" : iconOf(summary),
    tone:
      end?.reason === "failed" ? "error" : wrong ? severity : end?.reason === "completed" ? "good" : "plain",
  };
}

/** A model, with how its latest run went. */
export function modelLine(model: string, runs: readonly ListedRun[]): Line {
  const [latest] = runs;
  const result = latest ? short(outcome(latest.summary), LONGEST) : "";
  return {
    label: plain`${model}`,
    description: plain`${result}`,
    spoken: plain`Model ${model}, ${counted(runs.length, "run")}, the latest: ${result}`,
    icon: "symbol-class",
    tone: "plain",
  };
}

export const fileLine = (file: string, models: number, isModelFile: boolean): Line => ({
  label: plain`${file}`,
  description: isModelFile ? plain`` : plain`recorded elsewhere`,
  spoken: isModelFile
    ? plain`Model file ${file}, ${counted(models, "model")}`
    : plain`Recorded elsewhere, ${file}, ${counted(models, "model")}`,
  icon: isModelFile ? "json" : "file-symlink-file",
  tone: "plain",
});

const SEVERITY = { info: t`info`, warning: t`warning`, error: t`error` } as const;

const SEVERITY_ICON = { info: "info", warning: "warning", error: "error" } as const;

export const findingLine = ({ severity, message, layer }: Summary["findings"][number]): Line => ({
  label: plain`${message}`,
  description: plain`${layer ?? ""}`,
  spoken: plain`${SEVERITY[severity]}: ${message}`,
  icon: SEVERITY_ICON[severity],
  tone: severity === "info" ? "plain" : severity,
});
