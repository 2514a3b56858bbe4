import { chainOf } from "../chain.ts";
import { counted, figure } from "../format.ts";
import { RECENT, recentSteps } from "../recent.ts";
import { factOf, logSharesOf, shareOf, verdictOf, worst, type Share } from "../share.ts";
import { courseOfLoss, JUDGED_FROM, type Training } from "../training.ts";
import { median, typical } from "../typical.ts";
import { farthest, gets, rateOf } from "./depth.ts";
import type { Evidence, Found, Run, Severity } from "./finding.ts";
import { findings } from "./index.ts";

export interface Finding extends Found {
  readonly id: string;
}

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

const known = new WeakMap<Run["history"], { readonly end: unknown; readonly summary: Summary }>();

/** The summary of a run. Histories never change, so that each is looked at once, and again when the run has ended. */
export function summarise(run: Run): Summary {
  const end = run.run.end ?? run.run.state;
  const before = known.get(run.history);
  if (before?.end === end && before?.summary.marks.length === run.layers.length) return before.summary;
  const summary = newSummary(run);
  known.set(run.history, { end, summary });
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
    return { ...nothing, severity: "error", text: `The run failed: ${run.run.end.message}` };
  if (run.history.recent.length === 0)
    return { ...nothing, severity: "info", text: run.run.state === "ended" ? NO_STEP : WAITING };
  const found = all(evidence);
  const marks = layers.map((_, row) => worst(found.map(({ marks }) => marks.get(row) ?? "even")));
  return { ...nothing, ...said(evidence, found), findings: found, marks };
}

const WAITING = "Waiting for the first step.";
const NO_STEP = "The run ended before its first step.";

/** After a NaN or ∞ nothing else is found: no figure means anything. */
function all(evidence: Evidence): readonly Finding[] {
  const found: Finding[] = [];
  for (const { id, find } of findings) {
    const one = find(evidence);
    if (one) found.push({ id, ...one });
    if (one?.severity === "error") break;
  }
  return found;
}

function evidenceOf(run: Run): Evidence {
  const delta = typical(run, "delta_norm");
  const shares = logSharesOf(delta, false);
  const chain = chainOf(run.layers);
  const links = [...shares.keys()].filter((layer) => chain[layer] && !Number.isNaN(shares[layer]));
  return { ...run, delta, shares, links, course: courseOfLoss(run.history) };
}

type Said = Pick<Summary, "severity" | "text" | "layer">;

const GRAVITY = ["info", "warning", "error"] as const satisfies readonly Severity[];

/** Everything that was found, after what can be said of depth where that is fine. */
function said(evidence: Evidence, found: readonly Finding[]): Said {
  const isAboutDepth = found.some(({ id }) => id !== "vanishing-time");
  const base = isAboutDepth ? undefined : depth(evidence);
  const gravest = found.toSorted((a, b) => GRAVITY.indexOf(b.severity) - GRAVITY.indexOf(a.severity))[0];
  const text = [...(base ? [base.text] : []), ...found.map(({ message }) => message)].join(" ");
  const layer = gravest?.layer ?? base?.layer;
  return {
    severity: gravest?.severity ?? base?.severity ?? "ok",
    text: gravest?.severity === "error" ? text : text + fewSteps(evidence),
    ...(layer !== undefined && { layer }),
  };
}

const fewSteps = ({ history: { tally } }: Evidence): string =>
  tally.frames < JUDGED_FROM ? ` Only ${counted(tally.frames, "step")} so far.` : "";

/** How the gradient fares on its way back where no finding says that it fares badly. */
function depth(evidence: Evidence): Said {
  const { shares, links, layers, course, history } = evidence;
  const subject = farthest(evidence);
  if (subject === undefined) {
    const norm = median(recentSteps(history, RECENT).map(({ grad_norm }) => grad_norm));
    return {
      severity: "ok",
      text: `Too few layers to compare along depth; the gradient's norm is ${figure(norm)}.`,
    };
  }
  if (shareOf(shares[subject] ?? NaN) === "even") {
    const first = links[0] ?? 0;
    const text = `The gradient reaches every layer: ${gets(evidence, first)}.`;
    return { severity: "ok", layer: layers[first]?.path ?? "", text };
  }
  const layer = layers[subject]?.path ?? "";
  if (course.training === "trains") {
    const falls = `The loss falls, from ${figure(course.first, 3)} to ${figure(course.now, 3)}`;
    return { severity: "ok", layer, text: `${falls}, although ${gets(evidence, subject)}.` };
  }
  return {
    severity: "info",
    layer,
    text: `The gradient ${rateOf(evidence, subject)}: ${gets(evidence, subject)}.`,
  };
}

/** What is said of one row where it is pointed at: what was found there, else the plain fact. */
export function layerText({ findings, shares, training }: Summary, row: number): string {
  const share = shareOf(shares[row] ?? NaN);
  const found = findings.flatMap(({ marks, message }) => {
    const mark = marks.get(row);
    if (mark === undefined) return [];
    return mark === share || mark === "nonfinite" ? [verdictOf(mark)] : [message];
  });
  if (found.length > 0) return found.join(" ");
  const although =
    share === "even" ? "" : training === "trains" ? ", and the loss falls all the same" : EARLY;
  return `${factOf(share)}${although}.`;
}

const EARLY = ", which says nothing yet";
