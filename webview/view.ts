import type { History } from "../src/protocol/history.ts";
import type { LayerInfo } from "../src/protocol/run.ts";
import type { RunSummary } from "../src/protocol/webview.ts";
import { shownOf } from "./store.ts";
import type { State } from "./store.ts";

/** A run as the charts read it. */
export interface View {
  readonly run: RunSummary;
  readonly layers: readonly LayerInfo[];
  readonly history: History;
  /** The run before, of the same model or else of the same file, to lie faintly under this one. */
  readonly compare?: { readonly run: RunSummary; readonly history: History };
}

/** `undefined` where no run is shown. */
export function viewOf(state: State): View | undefined {
  const run = shownOf(state);
  if (!run) return undefined;
  const before = state.runs.find(({ id }) => id === state.compare?.run);
  return {
    run,
    layers: run.info.layers,
    history: state.history,
    ...(before && state.compare && { compare: { run: before, history: state.compare.history } }),
  };
}

/** The run without the one that it is compared with. */
export const alone = ({ compare: _, ...view }: View): View => view;
