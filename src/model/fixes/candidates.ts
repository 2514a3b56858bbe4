import type { ModelSpec } from "../../engine/spec.ts";
import type { FixName } from "../../protocol/fixNames.ts";
import type { AppliedFix } from "../../protocol/trials.ts";
import { applyEdits } from "../edit.ts";
import { applied, readFixable } from "./apply.ts";
import { adamAt, exactRate, scaledRate } from "./descent.ts";
import type { Cause, FixType } from "./fix.ts";
import { fixes } from "./index.ts";

/** A finding of severity error, as far as candidates ask. */
export interface Fault extends Cause {
  /** The most promising first. */
  readonly fixes: readonly FixName[];
  /** It is wrong by construction: no run can take it back, so that every candidate has to mend it. */
  readonly isStatic: boolean;
}

/** A fix, and what it is to remedy. */
export interface Move {
  readonly name: FixName;
  readonly fix: FixType;
  readonly cause?: Cause;
}

/** A file's text after some fixes. */
export interface Candidate {
  readonly text: string;
  readonly fixes: readonly AppliedFix[];
  /** What has led there, from this text. */
  readonly from: string;
  readonly moves: readonly Move[];
}

export const unchanged = (text: string): Candidate => ({ text, fixes: [], from: text, moves: [] });

/** `undefined` where one of the moves does not fit what the others have left. */
export function moved(from: Candidate, model: string, moves: readonly Move[]): Candidate | undefined {
  let candidate = from;
  for (const move of moves) {
    const { name, fix, cause } = move;
    const file = readFixable(candidate.text, model);
    const done = file && applied(file, fix, cause);
    if (!done) return undefined;
    candidate = {
      from: from.from,
      moves: [...candidate.moves, move],
      text: applyEdits(candidate.text, done.edits),
      fixes: [...candidate.fixes, { name, title: done.title }],
    };
  }
  return candidate;
}

/** Each text once, and not the one that they come from. */
export function distinct(
  candidates: readonly (Candidate | undefined)[],
  known: Set<string>,
): readonly Candidate[] {
  return candidates.filter((candidate) => {
    if (!candidate || known.has(candidate.text)) return false;
    known.add(candidate.text);
    return true;
  }) as readonly Candidate[];
}

/** How fast a model learns is chosen for every candidate; all other fixes change what it is. */
const RATES: ReadonlySet<FixName> = new Set<FixName>(["lower-rate", "raise-rate", "adam"]);

export const isRate = (name: FixName): boolean => RATES.has(name);

/** What is worth a trial whatever was found: first what only a model with something unusual has to mend. */
const GENERAL: readonly FixName[] = [
  "fitting-loss",
  "less-dropout",
  "no-clip",
  "no-schedule",
  "no-weight-decay",
  "batch-size",
  "pre-norm",
  "default-init",
  "relu",
  "he-init",
  "batch-norm",
  "lstm",
  "gru",
  "normalize",
  "normalize-targets",
  "residual",
  "leaky-relu",
  "wider",
  "clip-grad-norm",
  "layer-norm",
];

const moveOf = (name: FixName, cause?: Cause): Move => ({ name, fix: fixes[name], ...(cause && { cause }) });

/** The fixes of all findings, the cause's first, but for the rates; then those that are worth a trial always. */
export function structures(faults: readonly Fault[]): readonly Move[] {
  const named = new Map<FixName, Move>();
  const add = (name: FixName, cause?: Cause): void => {
    if (!RATES.has(name) && !named.has(name)) named.set(name, moveOf(name, cause));
  };
  // The first of every finding before the second of any: each has another idea of what is wrong.
  const most = Math.max(0, ...faults.map((fault) => fault.fixes.length));
  for (let i = 0; i < most; i++) for (const fault of faults) if (fault.fixes[i]) add(fault.fixes[i], fault);
  for (const name of GENERAL) add(name, faults[0]);
  return [...named.values()];
}

/** The rates that findings name, as they name them. */
export const namedRates = (faults: readonly Fault[]): readonly Move[] =>
  faults.flatMap((fault) => fault.fixes.filter((name) => RATES.has(name)).map((name) => moveOf(name, fault)));

/** The texts without what is wrong by construction: by the first fix of each such finding, and by the second where there is one. */
export function mended(from: Candidate, model: string, faults: readonly Fault[]): readonly Candidate[] {
  const wrong = faults.filter(({ isStatic }) => isStatic);
  const by = (choice: number): Candidate =>
    wrong.reduce((candidate, fault) => {
      const ways = fault.fixes.flatMap((name) => moved(candidate, model, [moveOf(name, fault)]) ?? []);
      return ways[Math.min(choice, ways.length - 1)] ?? candidate;
    }, from);
  return distinct([by(0), by(1)], new Set());
}

export const adamMove = (lr: number): Move => ({ name: "adam", fix: adamAt(lr) });

export const rateMove = (factor: number): Move => ({
  name: factor < 1 ? "lower-rate" : "raise-rate",
  fix: scaledRate(factor),
});

/** The candidate with another rate in the place of the one that it has: as one fix, not as one after the other. */
export function retimed(candidate: Candidate, model: string, move: Move): Candidate | undefined {
  const after = moved(candidate, model, [move]);
  const from = unchanged(candidate.from);
  const [before, now] = [specOf(from, model), after && specOf(after, model)];
  if (!before || !now) return undefined;
  const lr = Number(now.optimizer.params.lr);
  const isAdam = now.optimizer.type !== before.optimizer.type || (before.lr_scheduler && !now.lr_scheduler);
  const name = lr < Number(before.optimizer.params.lr) ? "lower-rate" : "raise-rate";
  const rate: Move = isAdam ? adamMove(lr) : { name, fix: exactRate(lr) };
  const others = candidate.moves.filter((one) => !RATES.has(one.name));
  return moved(from, model, [...others, rate]) ?? moved(from, model, others);
}

const specOf = ({ text }: Candidate, model: string): ModelSpec | undefined => readFixable(text, model)?.spec;

/** Fixes of one kind exclude each other; an activation brings its initialisation. */
const KINDS: Readonly<Partial<Record<FixName, string>>> = {
  relu: "init",
  "leaky-relu": "init",
  "he-init": "init",
  "xavier-init": "init",
  "default-init": "init",
  "batch-norm": "norm",
  "layer-norm": "norm",
  lstm: "cell",
  gru: "cell",
};

export const fitTogether = (a: Move, b: Move): boolean =>
  (KINDS[a.name] ?? a.name) !== (KINDS[b.name] ?? b.name);
