import type { FixName } from "../../protocol/fixNames.ts";
import { thresholdsOf, type FindingId } from "../../protocol/rules.ts";
import { inOrder } from "./causes.ts";
import {
  isStatic,
  type Evidence,
  type Found,
  type Severity,
  type Sketch,
  type StaticFinding,
} from "./finding.ts";
import { findings } from "./index.ts";
import type { Share } from "../share.ts";

/** That a finding holds, with all that is said of it. */
export interface Finding extends Omit<Found, "severity" | "marks" | "fixes"> {
  readonly id: FindingId;
  readonly severity: Severity;
  readonly marks: ReadonlyMap<number, Share>;
  readonly fixes: readonly FixName[];
  /** What it explains, by id: shown under it. */
  readonly causeOf: readonly FindingId[];
  /** What explains it, by id; absent where it is a cause itself. */
  readonly cause?: FindingId;
}

/** What was found before causes are looked for. */
export type Suspicion = Omit<Finding, "causeOf" | "cause">;

/** What is wrong with a model as it is declared, before it has run. Cheap enough for every keystroke. */
export function staticFindings(sketch: Sketch): readonly Finding[] {
  const found = findings.flatMap((type) => {
    if (!isStatic(type)) return [];
    const one = inspected(type, sketch);
    return one ? [suspicion(type, one, SEVERITY_BEFORE_RUN[type.gate], new Map())] : [];
  });
  return found.map((one) => ({ ...one, causeOf: [] }));
}

/** How grave a static finding is that no run has confirmed. */
const SEVERITY_BEFORE_RUN = {
  always: "error",
  notWell: "warning",
  bad: "warning",
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
    const one = type.find(evidence, thresholdsOf(type.id, evidence.settings));
    const severity = one?.severity ?? type.severity;
    return one ? [suspicion(type, one, severity, marksOf(one, evidence, severity))] : [];
  });
  return inOrder(found, evidence);
}

function inspected(type: StaticFinding, { declared, data }: Sketch): Found | undefined {
  if (declared.rules[type.id] === "off") return undefined;
  return type.inspect({ declared, data }, thresholdsOf(type.id, declared.rules));
}

/** How grave a static finding is once there is a run; `undefined` where the run takes it back. */
function confirmed({ id, gate }: StaticFinding, { loss, judged, broken }: Evidence): Severity | undefined {
  // The value of an NLLLoss of no probabilities says nothing, however low.
  const trained = loss.trained && id !== "nll-without-log-softmax";
  switch (gate) {
    case "never":
      return "info";
    case "always":
      return judged && trained ? "warning" : "error";
    case "notWell":
    case "bad": {
      const holds = judged && !trained && (loss[gate] || broken);
      if (holds) return "error";
      return trained ? undefined : "info";
    }
    default:
      return gate satisfies never;
  }
}

const suspicion = (
  { id, fixes }: { readonly id: FindingId; readonly fixes: readonly FixName[] },
  found: Found,
  severity: Severity,
  marks: ReadonlyMap<number, Share>,
): Suspicion => ({ ...found, id, severity, marks, fixes: found.fixes ?? fixes });

/** A remark marks nothing: a model that trains has no coloured mark. */
function marksOf(found: Found, { layers }: Evidence, severity: Severity): ReadonlyMap<number, Share> {
  if (found.marks) return found.marks;
  if (severity === "info") return new Map();
  const row = layers.findIndex(({ path }) => path === found.layer);
  return row < 0 ? new Map() : new Map([[row, "faulty"]]);
}
