import type { FindingId } from "../../protocol/rules.ts";
import { isDeadFromStart } from "./deadRelu.ts";
import type { Finding, Suspicion } from "./diagnose.ts";
import type { Evidence } from "./finding.ts";

/** What a run shows where nothing was learned, whatever the cause. */
const SYMPTOMS: ReadonlySet<FindingId> = new Set([
  "loss-stalled",
  "collapse",
  "zero-gradient",
  "non-finite",
  "dead-relu",
]);

/** Where each stands among causes: lower explains higher. */
export function rankOf(
  { id }: Pick<Suspicion, "id">,
  ids: ReadonlySet<FindingId>,
  evidence: Evidence,
): number {
  switch (id) {
    case "dead-relu":
      return isDeadFromStart(evidence) ? 1.8 : 4;
    case "update-ratio":
      return ids.has("poor-init") || ids.has("exploding-depth") || ids.has("exploding-time") ? 2.3 : 2;
    case "adam-eps":
      return evidence.weighted.length < 9 && ids.has("adam-eps") ? 2.5 : 4;
    default:
      return RANKS[id] ?? 0;
  }
}

const RANKS: Readonly<Partial<Record<FindingId, number>>> = {
  "target-scale": 0.8,
  "unscaled-input": 0.8,
  "bn-batch": 0.8,
  dropout: 0.8,
  "clip-threshold": 1.5,
  "exploding-time": 2,
  "exploding-depth": 2,
  "poor-init": 2.1,
  "weight-decay": 2,
  "vanishing-time": 2.1,
  "lr-too-small": 2.5,
  "missing-activation": 3,
  "post-norm": 3,
  bottleneck: 3,
  saturation: 3,
  "vanishing-depth": 3,
  collapse: 3.5,
  "zero-gradient": 5,
  "non-finite": 6,
  "overflow-near": 7,
  "loss-stalled": 8,
  "bias-before-norm": 9,
};

const GRAVITY = ["error", "warning", "info"] as const;

/** The cause first, each effect with what explains it. */
export function inOrder(found: readonly Suspicion[], evidence: Evidence): readonly Finding[] {
  const ids = new Set(found.map(({ id }) => id));
  const rank = (one: Suspicion): number => rankOf(one, ids, evidence);
  const ordered = found.toSorted(
    (a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity) || rank(a) - rank(b),
  );
  const first = ordered.find(({ severity }) => severity === "error");
  const causeOf = (one: Suspicion): FindingId | undefined =>
    first && one !== first && one.severity === "error" && SYMPTOMS.has(one.id) ? first.id : undefined;
  return ordered.map((one) => {
    const cause = causeOf(one);
    const effects = ordered.filter((other) => causeOf(other) === one.id).map(({ id }) => id);
    return { ...one, causeOf: effects, ...(cause && { cause }) };
  });
}
