import { t } from "../../l10n/translate.ts";
import { counted, figure } from "../format.ts";
import { onTheWay } from "../onTheWay.ts";
import { RECENT, recentSteps } from "../recent.ts";
import { factOf, shareOf, verdictOf, worst, type Share } from "../share.ts";
import { JUDGED_FROM, type Training } from "../training.ts";
import { median } from "../typical.ts";
import { farthest, gets, rateOf } from "./depth.ts";
import { diagnose } from "./diagnose.ts";
import { evidenceOf } from "./evidence.ts";
import type { Evidence, Run, Severity } from "./finding.ts";
import type { Finding } from "./found.ts";

/** What there is to say of a run: the one source of the panel's sentence, lens icons, gutter marks, hovers, status bar and CLI. */
export interface Summary {
  /** `ok`: nothing was found, and what is said is good. */
  readonly severity: Severity | "ok";
  readonly text: string;
  /** Path of the layer that it is about. */
  readonly layer?: string;
  /** What was found, the cause first. */
  readonly findings: readonly Finding[];
  /** How each row is marked: `even` where no finding says that anything is wrong there. */
  readonly marks: readonly Share[];
  /** log₁₀ of the share of the gradient that reaches each row, over the last steps. */
  readonly shares: readonly number[];
  readonly training: Training;
}

interface Known {
  readonly end: unknown;
  readonly rules: unknown;
  readonly summary: Summary;
}

const known = new WeakMap<Run["history"], Known>();

/**
 * The summary of a run. Histories never change, so that each is looked at once, and again when the run has ended, or is judged
 * by other settings.
 */
export function summarise(run: Run): Summary {
  const end = run.run.end ?? run.run.state;
  const { declared, rules = declared?.rules } = run.run.info ?? {};
  const before = known.get(run.history);
  const isKnown = before?.end === end && before?.rules === rules;
  if (isKnown && before?.summary.marks.length === run.layers.length) return before.summary;
  const summary = newSummary(run);
  known.set(run.history, { end, rules, summary });
  return summary;
}

function newSummary(run: Run): Summary {
  const evidence = evidenceOf(run);
  const { shares, course, layers } = evidence;
  const nothing = {
    findings: [],
    marks: layers.map(() => "even" as const),
    shares,
    training: course.training,
  };
  if (run.run.end?.reason === "failed")
    return { ...nothing, severity: "error", text: t`The run failed: ${run.run.end.message}` };
  if (run.history.recent.length === 0)
    return { ...nothing, severity: "info", text: run.run.state === "ended" ? NO_STEP : WAITING };
  const found = diagnose(evidence);
  const marks = layers.map((_, row) => worst(found.map((one) => markOf(one, row))));
  return { ...nothing, ...said(evidence, found), findings: found, marks };
}

/** An effect is shown under its cause: where it only says that something is wrong, it marks nothing. */
export const markOf = ({ marks, cause }: Finding, row: number): Share => {
  const mark = marks.get(row) ?? "even";
  return mark === "faulty" && cause !== undefined ? "even" : mark;
};

const WAITING = t`Waiting for the first step.`;
const NO_STEP = t`The run ended before its first step.`;

type Said = Pick<Summary, "severity" | "text" | "layer">;

const GRAVITY = ["info", "warning", "error"] as const satisfies readonly Severity[];

/** The causes that were found, after what can be said of depth where none of them is about the gradient. */
function said(evidence: Evidence, found: readonly Finding[]): Said {
  const causes = found.filter(({ severity, cause }) => severity !== "info" && cause === undefined);
  // Where a run ended with NaN or ∞ that is what everybody wants to hear first.
  const broken = found.filter(({ id }) => id === "non-finite");
  const told = [...broken, ...causes.filter((one) => !broken.includes(one))];
  const remarks =
    told.length > 0 ? [] : found.filter(({ severity, id }) => severity === "info" && ABOUT_RUN.has(id));
  const gravest = told.toSorted((a, b) => GRAVITY.indexOf(b.severity) - GRAVITY.indexOf(a.severity))[0];
  const base =
    gravest?.severity === "error" || told.some(({ id }) => ABOUT_GRADIENT.has(id))
      ? undefined
      : depth(evidence);
  const text = [...(base ? [base.text] : []), ...[...told, ...remarks].map(({ message }) => message)].join(
    " ",
  );
  const layer = gravest ? gravest.layer : base?.layer;
  return {
    severity: gravest?.severity ?? (remarks.length > 0 ? "info" : base?.severity) ?? "ok",
    text:
      gravest?.severity === "error"
        ? text
        : text + fewSteps(evidence) + onTheWay(evidence.history, evidence.layers),
    ...(layer !== undefined && { layer }),
  };
}

/** Findings in whose message it is said how the gradient fares. */
const ABOUT_GRADIENT: ReadonlySet<string> = new Set([
  "zero-gradient",
  "vanishing-depth",
  "exploding-depth",
  "non-finite",
]);

/** Remarks that are worth a sentence: those that the run itself shows. */
const ABOUT_RUN: ReadonlySet<string> = new Set(["zero-gradient", "vanishing-time"]);

const fewSteps = ({ history: { tally } }: Evidence): string =>
  tally.frames < JUDGED_FROM ? t` Only ${counted(tally.frames, "step")} so far.` : "";

/** How the gradient fares on its way back where no finding says that it fares badly. */
function depth(evidence: Evidence): Said {
  const { shares, links, layers, course, history } = evidence;
  const subject = farthest(evidence);
  if (subject === undefined) {
    const norm = median(recentSteps(history, RECENT).map(({ grad_norm }) => grad_norm));
    return {
      severity: "ok",
      text: t`Too few layers to compare along depth; the gradient's norm is ${figure(norm)}.`,
    };
  }
  if (shareOf(shares[subject] ?? NaN) === "even") {
    const first = links[0] ?? 0;
    const text = t`The gradient reaches every layer: ${gets(evidence, first)}.`;
    return { severity: "ok", layer: layers[first]?.path ?? "", text };
  }
  const layer = layers[subject]?.path ?? "";
  if (course.training === "trains") {
    const falls = t`The loss falls, from ${figure(course.first, 3)} to ${figure(course.now, 3)}`;
    return { severity: "ok", layer, text: t`${falls}, although ${gets(evidence, subject)}.` };
  }
  return {
    severity: "info",
    layer,
    text: t`The gradient ${rateOf(evidence, subject)}: ${gets(evidence, subject)}.`,
  };
}

/** What is said of one row where it is pointed at: what was found there, else the plain fact. */
export function layerText({ findings, shares, training }: Summary, row: number): string {
  const share = shareOf(shares[row] ?? NaN);
  const found = findings.flatMap((one) => {
    const mark = markOf(one, row);
    if (mark === "even") return [];
    return mark === share || mark === "nonfinite" ? [verdictOf(mark)] : [one.message];
  });
  if (found.length > 0) return found.join(" ");
  const although =
    share === "even" ? "" : training === "trains" ? t`, and the loss falls all the same` : EARLY;
  return `${factOf(share)}${although}.`;
}

const EARLY = t`, which says nothing yet`;
