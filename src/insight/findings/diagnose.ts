import type { FixName } from "../../protocol/fixNames.ts";
import { inOrder, withoutUnsaid } from "./causes.ts";
import {
  isStatic,
  type Evidence,
  type Found,
  type Severity,
  type Sketch,
  type StaticFinding,
} from "./finding.ts";
import type { Finding, Suspicion } from "./found.ts";
import { findings, type FindingId } from "./index.ts";
import { nonFiniteData } from "./static/nonFiniteData.ts";
import { valuesOf } from "./thresholds.ts";
import { isConcern, type Share } from "../share.ts";

/** What is wrong with a model as it is declared, before it has run. Cheap enough for every keystroke. */
export function staticFindings(sketch: Sketch): readonly Finding[] {
  const found = findings.flatMap((type) => {
    if (!isStatic(type)) return [];
    const one = inspected(type, sketch);
    return one ? [suspicion(type, one, SEVERITY_BEFORE_RUN[type.gate], new Map())] : [];
  });
  return found.map((one) => ({ ...one, causeOf: [] }));
}

/** That the data were refused, for the reason in the message: there is no run, and no facts of them. */
export function refusedData(message: string): Finding {
  const { id, severity, fixes } = nonFiniteData;
  return { id, severity, fixes, message, layer: "data", figures: {}, marks: new Map(), causeOf: [] };
}

/** How grave a static finding is that no run has confirmed. */
const SEVERITY_BEFORE_RUN = {
  always: "error",
  notWell: "warning",
  poor: "warning",
  bad: "warning",
  high: "warning",
  never: "info",
} as const satisfies Record<StaticFinding["gate"], Severity>;

/** What is wrong with a run, the cause first. A pure function of the evidence: what no longer holds is no longer there. */
export function diagnose(evidence: Evidence): readonly Finding[] {
  const found = findings.flatMap((type): readonly Suspicion[] => {
    if (isStatic(type)) {
      const { declared, data } = evidence;
      const one = declared && inspected(type, { declared, data });
      const severity = one && confirmed(type, evidence);
      return severity ? [suspicion(type, one, severity, marksOf(one, evidence, severity))] : [];
    }
    if (evidence.settings[type.id] === "off") return [];
    const one = type.find(evidence, valuesOf(type, evidence.settings));
    const hopeful = type.severity === "error" && isHopeful(evidence);
    const severity = one?.severity ?? (hopeful ? "warning" : type.severity);
    return one ? [suspicion(type, one, severity, marksOf(one, evidence, severity))] : [];
  });
  return inOrder(withoutUnsaid(found), evidence);
}

function inspected(type: StaticFinding, { declared, data }: Sketch): Found | undefined {
  if (declared.rules[type.id] === "off") return undefined;
  return type.inspect({ declared, data }, valuesOf(type, declared.rules));
}

/** Parts of the best constant's loss: next to nothing was learned above the first, too little above the second. */
const [POOR, HIGH] = [0.85, 0.45] as const;

/** How grave a static finding is once there is a run; `undefined` where the run takes it back. */
function confirmed({ id, gate }: StaticFinding, evidence: Evidence): Severity | undefined {
  const { loss, judged } = evidence;
  // The value of an NLLLoss of no probabilities says nothing, however low.
  const trained = loss.trained && id !== "nll-without-log-softmax";
  if (gate === "never") return "info";
  if (gate === "always") return judged && trained ? "warning" : "error";
  if (judged && !trained && holds(gate, evidence)) return isHopeful(evidence) ? "warning" : "error";
  return trained ? undefined : "info";
}

function holds(gate: "notWell" | "poor" | "bad" | "high", { loss, broken, run }: Evidence): boolean {
  switch (gate) {
    case "notWell":
      return loss.notWell || broken;
    case "poor":
      return loss.notWell || broken || loss.relative > POOR;
    case "bad":
      return loss.bad || broken;
    case "high":
      return loss.bad || broken || (run.end !== undefined && loss.relative > HIGH);
    default:
      return gate satisfies never;
  }
}

/** A run at its beginning whose loss falls fast may get over what is wrong with it, unless it falls from where its own steps took it. */
const isHopeful = ({ loss, early, broken }: Evidence): boolean =>
  early && !broken && loss.now < FAST * loss.half && loss.now < loss.first;

/** Part of the loss of half time. */
const FAST = 0.7;

const suspicion = (
  { id, fixes }: { readonly id: FindingId; readonly fixes: readonly FixName[] },
  found: Found,
  severity: Severity,
  marks: ReadonlyMap<number, Share>,
): Suspicion => ({ ...found, id, severity, marks, fixes: found.fixes ?? fixes });

/**
 * What the finding marks itself, and in any case the layer that it is about. A remark marks nothing: a model that trains has no
 * coloured mark.
 */
function marksOf(found: Found, { layers }: Evidence, severity: Severity): ReadonlyMap<number, Share> {
  const marks = new Map(found.marks);
  const row = layers.findIndex(({ path }) => path === found.layer);
  if (severity !== "info" && row >= 0 && !isConcern(marks.get(row) ?? "even")) marks.set(row, "faulty");
  return marks;
}
