import type { FixName } from "./fixNames.ts";
import type { Increment } from "./increment.ts";
import type { RunEnd, RunInfo } from "./run.ts";

/** One fix that a candidate has, in words. */
export interface AppliedFix {
  readonly name: FixName;
  readonly title: string;
}

/** How a model did with one seed, as far as it was run. */
export interface TrialMeasure {
  readonly seed: number;
  /** Steps that it has made, of so many. */
  readonly made: number;
  readonly steps: number;
  /** Mean loss over the last steps; ∞ where one of them was not finite. */
  readonly loss: number;
  /** The loss of the best constant prediction; NaN where nobody knows it. */
  readonly floor: number;
  /** `loss` as a part of `floor`: what candidates are compared by, whatever their loss functions. */
  readonly relative: number;
  /** Ids of the findings that keep it from training. */
  readonly errors: readonly string[];
  readonly ms_per_step: number;
}

/** A model with fixes, or the one that they are tried on, which has none. */
export interface Trial {
  readonly fixes: readonly AppliedFix[];
  /** As far as it was run: one seed after the other. */
  readonly measures: readonly TrialMeasure[];
}

/** A run to be shown. */
export interface TrialRun {
  readonly info: RunInfo;
  readonly end: RunEnd;
  readonly history: Increment;
}

/** What came of trying fixes. */
export interface TrialsResult {
  /** The model as it is, with the same seeds as the best candidate. */
  readonly original: Trial;
  /** All that were run to the end, the best first. */
  readonly finalists: readonly Trial[];
  /** The candidate that measured better in every seed. Absent: none did. */
  readonly best?: Trial & {
    /** The file's text with its fixes. */
    readonly text: string;
    /** It has learned something, and has no finding that keeps it from training, in any seed. */
    readonly well: boolean;
  };
  /** The model as it is, and with the best fixes, with its own seed: for a panel that lays them over each other. */
  readonly runs?: { readonly original: TrialRun; readonly best?: TrialRun };
  /** Candidates that were begun, and what all runs took together, in full runs. */
  readonly tried: number;
  readonly cost: number;
}

/** What is told while fixes are tried. */
export type TrialsProgress =
  /** A candidate has got so far. */
  { readonly trial: Trial; readonly stage: TrialStage; readonly done: number; readonly of: number };

/** `original`: the model as it is; `fixes`: candidates, ever fewer, ever longer; `seeds`: the best again. */
export type TrialStage = "original" | "fixes" | "rates" | "more fixes" | "seeds";
