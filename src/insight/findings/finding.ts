import type { History } from "../../protocol/history.ts";
import type { LayerInfo, RunEnd } from "../../protocol/run.ts";
import type { Course } from "../training.ts";
import type { Share } from "../share.ts";

export type Severity = "info" | "warning" | "error";

/** A run as a finding sees it. */
export interface Run {
  /** `ended` without an `end`: nobody can tell how. */
  readonly run: { readonly state?: string; readonly end?: RunEnd };
  readonly layers: readonly LayerInfo[];
  readonly history: Pick<History, "recent" | "first" | "tally" | "course">;
}

/** A run with what is taken from it once for all findings. Figures are medians of the last 20 finite steps. */
export interface Evidence extends Run {
  /** ‖∂L/∂h‖ of every layer. */
  readonly delta: readonly number[];
  /** log₁₀ of the share of the gradient that reaches each layer (`logSharesOf`). */
  readonly shares: readonly number[];
  /** Rows that are links of the chain from the input to the loss and have a share. */
  readonly links: readonly number[];
  readonly course: Course;
}

/** That a finding holds. */
export interface Found {
  readonly severity: Severity;
  /** A sentence, with numbers that are true now. */
  readonly message: string;
  /** Path of the layer that it is about. */
  readonly layer?: string;
  /** Rows that are marked for it, and how. */
  readonly marks: ReadonlyMap<number, Share>;
}

/** One thing that can be wrong with a run: everything that names, shows or explains it reads this value. */
export interface FindingType {
  readonly id: string;
  /** Why it is bad, and what tells it from what is not, in a sentence. */
  readonly why: string;
  /** `undefined` where it does not hold. */
  find(evidence: Evidence): Found | undefined;
}
