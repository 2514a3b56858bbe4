import { isBroken, statOf, type Frame } from "../protocol/frame.ts";
import type { History } from "../protocol/history.ts";
import type { LayerInfo, RunEnd } from "../protocol/run.ts";
import { RECENT } from "./recent.ts";

/** A run as far as it has come. */
export interface Seen {
  /** `end`: how it ended, once it has. */
  readonly run: { readonly end?: RunEnd };
  readonly layers: readonly LayerInfo[];
  readonly history: Pick<History, "recent">;
}

/** Where a run broke: the first step with a NaN or ∞, and the layer that had it first. */
export interface Break {
  readonly step: number;
  /** Path of the layer; absent where every layer is finite and the loss is not. */
  readonly layer?: string;
  readonly where?: "activation" | "gradient" | "weight";
}

const known = new WeakMap<Frame, boolean>();

/** Frames never change: each is looked through once. */
function broken(frame: Frame): boolean {
  const answer = known.get(frame) ?? isBroken(frame);
  known.set(frame, answer);
  return answer;
}

/** Of the last 20 steps that are finite throughout those that are kept, oldest first; none where a run broke at its first step. */
export function finiteFrames({ recent }: Pick<History, "recent">): readonly Frame[] {
  const finite = recent.filter((frame) => !broken(frame));
  const last = finite.at(-1)?.step ?? 0;
  return finite.filter(({ step }) => step > last - RECENT);
}

/**
 * The step that charts show: the latest, and of a run that broke the last one that is finite. Only where none is, a step with
 * a NaN or ∞.
 */
export const shownFrame = ({ recent }: Pick<History, "recent">): Frame | undefined =>
  recent.findLast((frame) => !broken(frame)) ?? recent.at(-1);

/** Where the run broke; `undefined` while everything is finite, and before the first step. */
export function breakOf({ run, layers, history: { recent } }: Seen): Break | undefined {
  const end = run.end?.reason === "non_finite" ? run.end : undefined;
  const frame = recent[recent.findLastIndex((one) => !broken(one)) + 1];
  const step = (frame ?? recent.at(-1))?.step;
  if (step === undefined) return undefined;
  if (end) return end.layer === "loss" ? { step } : { step, layer: end.layer, where: end.where };
  if (!frame) return undefined;
  const has = (stat: "act_nonfinite" | "grad_nonfinite") => (_: unknown, layer: number) =>
    statOf(frame, layer, stat) > 0;
  // Forward, the first layer in order is the cause; backward, the last.
  const forward = layers.find(has("act_nonfinite"));
  const found = forward ?? layers.findLast(has("grad_nonfinite"));
  return found ? { step, layer: found.path, where: forward ? "activation" : "gradient" } : { step };
}
