import type { RunSummary, ToWebview } from "../protocol/webview.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";

/** What a panel shows: all runs by name, one of them in full. */
export interface Shown {
  readonly runs: Runs;
  readonly shown: Run | undefined;
  readonly isStale: (run: Run) => boolean;
}

/** Everything there is to draw of what is shown. */
export function stateMessage(what: Shown, hasModels: boolean): ToWebview {
  const { shown } = what;
  const before = runBefore(what);
  return {
    type: "state",
    runs: summaries(what),
    ...(shown && { shown: shown.id }),
    ...(shown && { history: shown.history.since(0) }),
    ...(before && { compare: { run: before.id, history: before.history.since(0) } }),
    has_models: hasModels,
  };
}

export const runsMessage = (what: Shown): ToWebview => ({
  type: "runs",
  runs: summaries(what),
  ...(what.shown && { shown: what.shown.id }),
});

/** The run that the shown one is compared with: the one before it of the same model, else of the same file. */
export function runBefore({ runs, shown }: Pick<Shown, "runs" | "shown">): Run | undefined {
  const before = shown ? runs.before(shown) : [];
  return before.findLast(({ origin }) => origin.model === shown?.origin.model) ?? before.at(-1);
}

/** Layers are listed for the runs that are drawn: of a large model they are the most of a message. */
function summaries(what: Shown): readonly RunSummary[] {
  const drawn = [what.shown, runBefore(what)];
  return what.runs.all().map((run) => {
    const summary = run.summary(what.isStale(run));
    return drawn.includes(run) ? summary : { ...summary, info: { ...summary.info, layers: [] } };
  });
}
