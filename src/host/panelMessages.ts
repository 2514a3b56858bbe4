import type { Overlay, RunSummary, ToWebview } from "../protocol/webview.ts";
import type { Run } from "./run.ts";
import { summaryOf } from "./runSummary.ts";
import type { Runs } from "./runs.ts";

/** What a panel shows: all runs by name, one of them in full, others under it. */
export interface Shown {
  readonly runs: Runs;
  readonly shown: Run | undefined;
  readonly isStale: (run: Run) => boolean;
}

/** Everything there is to draw of what is shown, but for the figures of the runs that lie under it. */
export function stateMessage(what: Shown, hasModels: boolean): ToWebview {
  const { shown } = what;
  return {
    type: "state",
    ...named(what),
    ...(shown && { history: shown.history.since(0) }),
    has_models: hasModels,
  };
}

export const runsMessage = (what: Shown): ToWebview => ({ type: "runs", ...named(what) });

/** A run that lies under the shown one, and why. */
export interface Under {
  readonly run: Run;
  readonly because: Overlay["because"];
}

/**
 * The runs that lie under the shown one, each once: those that are pinned; the last run of the model that its model extends; the
 * run before it, of the same model, or else of the same file where there is no other. None that the user has taken away.
 */
export function runsUnder({ runs, shown }: Pick<Shown, "runs" | "shown">): readonly Under[] {
  if (!shown) return [];
  const { uri, model, base } = shown.origin;
  const parent = base === undefined || base === model ? undefined : runs.latest(uri, base);
  const before = runs.before(shown);
  const own = before.findLast(({ origin }) => origin.model === model);
  const other = own ?? (parent && parent.step > 0 ? undefined : before.at(-1));
  const candidates: readonly (Under | undefined)[] = [
    ...runs.all().flatMap((run) => (run.pinned ? [{ run, because: "pinned" } as const] : [])),
    parent && { run: parent, because: "parent" },
    other && { run: other, because: "before" },
  ];
  const seen = new Set([shown]);
  return candidates.filter((one): one is Under => {
    if (!one || one.run.step === 0 || seen.has(one.run) || one.run.hidden) return false;
    seen.add(one.run);
    return true;
  });
}

/** Layers are listed for the runs that are drawn: of a large model they are the most of a message. */
function named(what: Shown): {
  readonly runs: readonly RunSummary[];
  readonly shown?: number;
  readonly overlays: readonly Overlay[];
} {
  const under = runsUnder(what);
  const drawn = [what.shown, ...under.map(({ run }) => run)];
  const runs = what.runs.all().map((run) => {
    const summary = summaryOf(run, what.isStale(run));
    if (drawn.includes(run)) return summary;
    const { declared: _, ...info } = summary.info;
    return { ...summary, info: { ...info, layers: [] } };
  });
  return {
    runs,
    ...(what.shown && { shown: what.shown.id }),
    overlays: under.map(({ run, because }) => ({ run: run.id, because })),
  };
}
