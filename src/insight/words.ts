import { t } from "../l10n/translate.ts";
import type { RunEnd } from "../protocol/run.ts";
import type { TrialStage } from "../protocol/trials.ts";
import type { RunSummary } from "../protocol/webview.ts";

/*
 * What is shown of values that are words in messages and files as well.
 */

/** What held the first NaN or ∞. */
export const PLACES: Readonly<Record<(RunEnd & { readonly reason: "non_finite" })["where"], string>> = {
  activation: t`activation`,
  gradient: t`gradient`,
  weight: t`weight`,
};

/** How a run ended. */
export const ENDS: Readonly<Record<RunEnd["reason"], string>> = {
  completed: t`completed`,
  stopped: t`stopped`,
  interrupted: t`interrupted`,
  lost: t`lost`,
  non_finite: t`not finite`,
  failed: t`failed`,
};

/** What is being tried of fixes. */
export const TRIAL_STAGES: Readonly<Record<TrialStage, string>> = {
  original: t`original`,
  fixes: t`fixes`,
  rates: t`rates`,
  "more fixes": t`more fixes`,
  seeds: t`seeds`,
};

/** Which of two runs that tried fixes it is. */
export const TRIALS: Readonly<Record<NonNullable<RunSummary["trial"]>, string>> = {
  "as it is": t`as it is`,
  "with fixes": t`with fixes`,
};
