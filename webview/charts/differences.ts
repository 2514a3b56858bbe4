import { shownFrame } from "../../src/insight/finite.ts";
import { findings as TYPES } from "../../src/insight/findings/index.ts";
import { summarise } from "../../src/insight/findings/summarise.ts";
import { differences as differencesOf } from "../../src/insight/differences.ts";
import { counted, count, figure } from "../../src/insight/format.ts";
import { logSharesAt } from "../../src/insight/share.ts";
import { t } from "../../src/l10n/translate.ts";
import { runName, stateOf } from "../progress.ts";
import type { View } from "../view.ts";
import type { Part, Table } from "./chart.ts";
import { otherName } from "./compared.ts";

type Seen = Pick<View, "run" | "history">;

/** What came of a run, by name; of a run that broke, at its last finite step. */
const RESULTS: readonly (readonly [name: string, value: (seen: Seen) => string])[] = [
  [t`outcome`, ({ run }) => stateOf(run)],
  [t`steps`, ({ history }) => count(history.tally.step)],
  [t`loss`, ({ history }) => figure(shownFrame(history)?.loss ?? NaN, 3)],
  [t`lowest loss`, ({ history: { tally } }) => figure(tally.lowest, 3)],
  [t`lowest validation loss`, ({ history: { tally } }) => figure(tally.lowest_val, 3)],
  [t`metric`, ({ history }) => figure(shownFrame(history)?.metric ?? NaN, 3)],
  [t`of the gradient, the first layer gets`, ({ history }) => figure(10 ** firstShare(history))],
  [t`norm of the whole gradient`, ({ history }) => figure(shownFrame(history)?.grad_norm ?? NaN)],
  [t`parameters`, ({ run }) => count(run.info.parameters)],
  [t`seed`, ({ run }) => String(run.info.seed)],
];

/** How the shown run and those under it differ: a table, there is nothing to draw. */
export const differences: Part = {
  id: "differences",
  title: t`Differences`,
  hint: t`How the shown run and those under it differ: in what their models declare, with all that they extend and all defaults, in what came of them, and in what was found.`,

  applies: ({ others }) => others.length > 0,

  reading(view) {
    const { declared, found } = parts(view);
    const how = unknown(view)
      ? t`What one of them declares is not known`
      : t`${counted(declared.length, "difference")} in the declaration`;
    return t`${how}, ${counted(found.length, "finding")} that not all have`;
  },

  table(view) {
    const { declared, results, found } = parts(view);
    return {
      columns: ["what", runName(view.run), ...view.others.map(otherName)],
      rows: [...declared, ...results, ...found],
    };
  },
};

const runsOf = (view: View): readonly (Seen & Pick<View, "layers">)[] => [
  view,
  ...view.others.map(({ run, history }) => ({ run, history, layers: run.info.layers })),
];

const unknown = (view: View): boolean => runsOf(view).some(({ run }) => !run.info.declared);

function parts(view: View): Readonly<Record<"declared" | "results" | "found", Table["rows"]>> {
  const runs = runsOf(view);
  const models = runs.flatMap(({ run }) => run.info.declared ?? []);
  const declared = unknown(view) ? [] : differencesOf(models);
  const findings = runs.map((run) => new Set(summarise(run).findings.map(({ id }) => titleOf(id))));
  const titles = [...new Set(findings.flatMap((of) => [...of]))];
  return {
    declared: declared.map(({ field, values }) => [field, ...values.map((value) => value || NONE)]),
    results: RESULTS.map(([name, value]) => [name, ...runs.map(value)]).filter((row) =>
      row.slice(1).some((cell) => cell !== "NaN"),
    ),
    found: titles
      .map((title) => [t`found: ${title}`, ...findings.map((of) => (of.has(title) ? t`yes` : NONE))])
      .filter((row) => row.includes(NONE)),
  };
}

const NONE = "–";

const titleOf = (id: string): string => TYPES.find((type) => type.id === id)?.title ?? id;

const firstShare = (history: View["history"]): number => {
  const frame = shownFrame(history);
  return frame ? (logSharesAt(frame).find((share) => !Number.isNaN(share)) ?? NaN) : NaN;
};
