import { isDeadFromStart } from "./deadRelu.ts";
import { isStatic, type Evidence } from "./finding.ts";
import type { Finding, Suspicion } from "./found.ts";
import { findingOf, type FindingId } from "./index.ts";

/**
 * What is not said at all beside its explanation: with that mended, nobody would come to think of it. Before a constant
 * initialisation, for example, no share of the gradient means anything.
 */
const UNSAID: Readonly<Partial<Record<FindingId, readonly FindingId[]>>> = {
  "constant-init": ["poor-init", "saturation", "vanishing-depth", "lr-too-small", "clip-threshold"],
  "softmax-one-unit": [
    "saturation",
    "vanishing-depth",
    "exploding-depth",
    "poor-init",
    "update-ratio",
    "dead-relu",
  ],
  "unscaled-input": ["poor-init"],
  "target-scale": ["vanishing-depth", "lr-too-small", "dead-relu", "collapse"],
  "zero-gradient": ["lr-too-small"],
  "clip-threshold": ["lr-too-small"],
  "adam-eps": ["lr-too-small"],
  saturation: ["vanishing-depth"],
};

/** A gradient that is less than this part of the last layer's needs no rate to explain that nothing moves. */
const HARDLY_ANY = 1e-3;

/** Without what its explanation among the others makes pointless to say. */
export function withoutUnsaid(found: readonly Suspicion[]): readonly Suspicion[] {
  const errors = found.filter(({ severity }) => severity === "error");
  const unsaid = new Set(errors.flatMap(({ id }) => UNSAID[id] ?? []));
  const vanished = errors.some(
    ({ id, figures }) => id === "vanishing-depth" && (figures["ratio"] ?? 1) < HARDLY_ANY,
  );
  if (vanished && !unsaid.has("vanishing-depth")) unsaid.add("lr-too-small");
  return found.filter(({ id }) => !unsaid.has(id));
}

/** Set by hand in the file, each for itself: they stand beside another cause. All else that a run shows may follow from it. */
const SETTINGS: ReadonlySet<FindingId> = new Set(["clip-threshold", "weight-decay", "lr-too-small"]);

const isEffect = ({ id }: Suspicion): boolean => {
  const type = findingOf(id);
  return type !== undefined && !isStatic(type) && !SETTINGS.has(id);
};

/** Where a finding stands among causes: lower explains higher. Absent: 0. */
type Rank = number | ((found: ReadonlyMap<FindingId, Suspicion>, evidence: Evidence) => number);

const RANKS: Readonly<Partial<Record<FindingId, Rank>>> = {
  "target-scale": 0.7,
  "unscaled-input": 0.8,
  "bn-batch": 0.8,
  dropout: 0.8,
  "clip-threshold": 1.5,
  "post-norm": 1.9,
  // One layer that is far too large by itself, or many of which each is a little too large.
  "poor-init": (found, evidence) => {
    if (found.has("exploding-time") || found.has("vanishing-time")) return 2.2;
    return isDepthItself(found.get("exploding-depth"), evidence) ? 2.2 : 1.9;
  },
  "exploding-time": 2,
  "exploding-depth": 2,
  "weight-decay": 2,
  // A gradient of which hardly any arrived at the first step was so before any update.
  "update-ratio": (found) => {
    if (BEFORE_UPDATES.some((id) => found.has(id))) return 2.3;
    return (found.get("vanishing-depth")?.figures["first_ratio"] ?? 1) < HARDLY_ANY ? 3.1 : 2;
  },
  "vanishing-time": 2.1,
  "lr-too-small": 2.5,
  "adam-eps": (_, evidence) => (isEpsItself(evidence) ? 2.5 : 4),
  "missing-activation": 3,
  bottleneck: 3,
  saturation: 3,
  "vanishing-depth": 3,
  collapse: 3.5,
  "dead-relu": (_, evidence) => (isDeadFromStart(evidence) ? 1.8 : 4),
  "zero-gradient": 5,
  "non-finite": 6,
  "overflow-near": 7,
  "loss-stalled": 8,
  "bias-before-norm": 9,
};

/** What was there before the first update makes it too large. */
const BEFORE_UPDATES = ["poor-init", "exploding-depth", "exploding-time", "vanishing-time"] as const;

/** A layer that multiplies by more than this is too large by itself. */
const LARGE_HOP = 3;

function isDepthItself(exploding: Suspicion | undefined, { weighted }: Evidence): boolean {
  if (!exploding) return false;
  const { ratio = 1, growth = 1 } = exploding.figures;
  const hops = Math.max(1, weighted.length - 1);
  return Math.max(ratio || 1, growth || 1) ** (1 / hops) < LARGE_HOP;
}

/** Eps is too large for the last layer as well, which gets the whole gradient; else it is the gradient that is too small. */
function isEpsItself(evidence: Evidence): boolean {
  const { declared, weighted } = evidence;
  const eps = Number(declared?.optimizer.params["eps"] ?? 0);
  const last = weighted.at(-1) ?? 0;
  const element = Math.hypot(evidence.now("grad_mean")[last] ?? NaN, evidence.now("grad_std")[last] ?? NaN);
  return eps > DEFAULT_EPS || element < 10 * eps;
}

/** Of PyTorch's Adam. */
const DEFAULT_EPS = 1e-8;

const GRAVITY = ["error", "warning", "info"] as const;

/** The cause first, each effect with what explains it. */
export function inOrder(found: readonly Suspicion[], evidence: Evidence): readonly Finding[] {
  const byId = new Map(found.map((one) => [one.id, one]));
  const rank = ({ id }: Suspicion): number => {
    const own = RANKS[id] ?? 0;
    return typeof own === "number" ? own : own(byId, evidence);
  };
  const ordered = found.toSorted(
    (a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity) || rank(a) - rank(b),
  );
  const first = ordered.find(({ severity }) => severity === "error");
  const causeOf = (one: Suspicion): FindingId | undefined =>
    first && one !== first && one.severity !== "info" && isEffect(one) ? first.id : undefined;
  return ordered.map((one) => {
    const cause = causeOf(one);
    const effects = ordered.filter((other) => causeOf(other) === one.id).map(({ id }) => id);
    return { ...one, causeOf: effects, ...(cause && { cause }) };
  });
}
