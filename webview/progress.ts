import { t } from "../src/l10n/translate.ts";
import { layerName } from "../src/protocol/layerName.ts";
import type { RunSummary } from "../src/protocol/webview.ts";
import { count, counted, duration, figure } from "../src/insight/format.ts";
import { PLACES, TRIALS } from "../src/insight/words.ts";
import type { View } from "./view.ts";

/** The frames are ahead of the summary, which comes less often. */
export const stepOf = ({ run, history }: View): number =>
  Math.max(run.step, history.recent.at(-1)?.step ?? 0);

/** What the run is doing, or how it ended. */
export function stateOf({ state, end, reading }: RunSummary): string {
  if (state === "preparing" && reading) return t`Reading files: ${percentRead(reading)}`;
  if (state !== "ended" || !end) return state === "preparing" ? t`Preparing` : STATES[state];
  switch (end.reason) {
    case "completed":
      return t`Completed in ${duration(end.elapsed_ms)}`;
    case "stopped":
      return t`Stopped`;
    case "interrupted":
      return t`Interrupted`;
    case "lost":
      return t`Lost: its process is gone`;
    case "non_finite":
      return end.layer === "loss"
        ? t`NaN or ∞ in the loss`
        : t`NaN or ∞ in ${layerName(end.layer)} (${PLACES[end.where]})`;
    case "failed":
      return t`Failed`;
    default:
      return end satisfies never;
  }
}

/** `step 240 / 500 · loss 0.693 · 1,240 steps/s` */
export function progressOf(view: View): string {
  const { run, history } = view;
  if (run.state === "preparing")
    return t`${counted(run.info.layers.length, "layer")} · ${counted(run.info.parameters, "parameter")}`;
  const loss = history.recent.at(-1)?.loss ?? run.loss;
  const speed =
    run.state === "running" && run.steps_per_second > 0 ? t` · ${count(run.steps_per_second)} steps/s` : "";
  const of = run.info.steps === undefined ? "" : ` / ${count(run.info.steps)}`;
  return t`step ${count(stepOf(view))}${of} · loss ${figure(loss, 3)}${speed}`;
}

const percentRead = ({ read, total }: { readonly read: number; readonly total: number }): string =>
  `${Math.round((100 * read) / Math.max(1, total))} %`;

const STATES = { running: t`Running`, paused: t`Paused`, ended: t`Ended` } as const;

/** What a run is called in lists: `sigmoid · 14:03:22`, `sigmoid, with fixes · 14:03:22`, or by its own name. */
export const runName = ({ info, name, trial, started }: RunSummary): string =>
  `${name ?? info.model}${trial === undefined ? "" : `, ${TRIALS[trial]}`} · ${started}`;
