import { frameAt, historyAt } from "../src/protocol/moment.ts";
import type { History } from "../src/protocol/history.ts";
import type { LayerInfo } from "../src/protocol/run.ts";
import type { Overlay, RunSummary } from "../src/protocol/webview.ts";
import type { Spectrum } from "../src/protocol/spectrum.ts";
import { shownOf } from "./store.ts";
import type { State } from "./store.ts";

/** A run as the charts read it: as it is, or as it was at the step that is shown. */
export interface View {
  readonly run: RunSummary;
  readonly layers: readonly LayerInfo[];
  readonly history: History;
  /** The runs that lie under it. */
  readonly others: readonly Other[];
  /** The layer of which all figures are shown, by its row. */
  readonly page?: number;
  /** A Jacobian spectrum of it. */
  readonly spectrum?: Spectrum;
  /** The run as it is now, where an earlier step is shown. */
  readonly now?: Pick<View, "run" | "history">;
}

/** A run that lies under the shown one. */
export interface Other {
  readonly run: RunSummary;
  readonly history: History;
  readonly because: Overlay["because"];
  /** Its place among them, which tells its line apart. */
  readonly place: number;
}

/** `undefined` where no run is shown. */
export function viewOf(state: State): View | undefined {
  const run = shownOf(state);
  if (!run) return undefined;
  const { history, others, overlays, runs, at, spectrum } = state;
  const page = run.info.layers.findIndex(({ path }) => path === state.page);
  const view = {
    run,
    layers: run.info.layers,
    history,
    ...(page >= 0 && { page }),
    ...(spectrum && { spectrum }),
    others: overlays.flatMap((overlay, place) => {
      const [summary, held] = [runs.find(({ id }) => id === overlay.run), others.get(overlay.run)];
      return summary && held ? [{ run: summary, history: held, because: overlay.because, place }] : [];
    }),
  };
  const then = at === undefined ? undefined : momentOf(history, at);
  return then ? { ...view, ...before(run, then), now: { run, history } } : view;
}

/** The run while it stood at a step: it had not ended. */
function before({ end: _, ...run }: RunSummary, history: History): Pick<View, "run" | "history"> {
  const latest = history.latest();
  return {
    run: { ...run, state: "paused", step: history.tally.step, loss: latest?.loss ?? NaN },
    history,
  };
}

const moments = new WeakMap<History, { readonly step: number; readonly then: History }>();

/** The history at the frame that stands for a step; `undefined` where that is the latest. The one asked for last is kept. */
function momentOf(history: History, at: number): History | undefined {
  const frame = frameAt(history, at);
  if (!frame || frame === history.latest()) return undefined;
  const known = moments.get(history);
  if (known?.step === frame.step) return known.then;
  const then = historyAt(history, frame);
  moments.set(history, { step: frame.step, then });
  return then;
}

/** The run without those that lie under it. */
export const alone = (view: View): View => ({ ...view, others: [] });

/** The run as it is now, whichever step is shown: what is drawn over all steps. */
export const whole = (view: View): View => ({ ...view, ...view.now });
