import { percent } from "../../src/insight/format.ts";
import type { FindingId } from "../../src/insight/findings/index.ts";
import { PARTS, type Judged, type Peer } from "./judge.ts";
import { row, share, table } from "./tables.ts";
import { halfOf, labelled, type Labelled } from "./labelled.ts";

interface Case extends Judged {
  readonly model: Labelled;
}

/** The share of runs for which something holds. */
const among = (runs: readonly Case[], holds: (run: Case) => boolean): string =>
  share(runs.filter(holds).length, runs.length);

const errorsAt = ({ errors }: Case, part: number): readonly FindingId[] | null => errors[part] ?? null;

const says = (part: number) => (run: Case) => (errorsAt(run, part)?.length ?? 0) > 0;
const names = (part: number) => (run: Case) =>
  errorsAt(run, part)?.some((id) => run.model.accepted?.includes(id)) ?? false;
const isFirst = (part: number) => (run: Case) => {
  const first = errorsAt(run, part)?.[0];
  return first !== undefined && (run.model.causes?.includes(first) ?? false);
};

/** docs/rules.md: how well the findings tell sick runs from healthy ones. */
export function page(judged: readonly Judged[]): string {
  const runs = judged.flatMap((one): Case[] => {
    const model = labelled.find(({ name }) => name === one.name);
    return model ? [{ ...one, model }] : [];
  });
  const sick = runs.filter(({ label }) => label === "sick");
  const well = runs.filter(({ label }) => label === "well");
  const halves = (["tune", "judge"] as const).flatMap((half) =>
    PARTS.map((part, at) => {
      const mine = (list: readonly Case[]) =>
        list.filter((run) => halfOf(run.name) === half && errorsAt(run, at) !== null);
      return row(
        half === "tune" ? "tuned on" : "judged by",
        percent(part),
        among(mine(sick), says(at)),
        among(mine(sick), names(at)),
        among(mine(sick), isFirst(at)),
        among(mine(well), says(at)),
      );
    }),
  );
  const end = PARTS.length - 1;
  const peers = (["AutoTrainer", "SageMaker Debugger", "BTTackler"] as const satisfies readonly Peer[]).map(
    (peer) =>
      row(
        peer,
        among(sick, ({ peers: said }) => said[peer].length > 0),
        among(well, ({ peers: said }) => said[peer].length > 0),
      ),
  );
  const ids = [...new Set(runs.flatMap((run) => errorsAt(run, end) ?? []))].sort();
  const perFinding = ids.map((id) => {
    const caused = sick.filter(({ model }) => model.causes?.includes(id));
    const has = (run: Case): boolean => errorsAt(run, end)?.includes(id) ?? false;
    const first = (run: Case): boolean => errorsAt(run, end)?.[0] === id;
    return row(
      `\`${id}\``,
      among(caused, has),
      among(caused, first),
      sick.filter(has).length,
      among(well, has),
    );
  });
  const kinds = [...new Set(sick.map(({ model }) => model.kind))].sort();
  const perKind = kinds.map((kind) => {
    const mine = sick.filter(({ model }) => model.kind === kind);
    return row(kind, among(mine, says(end)), among(mine, names(end)), among(mine, isFirst(end)));
  });
  return [
    "<!-- npm run rules:table writes it. -->",
    "# How well the findings tell sick runs from healthy ones",
    `${labelled.length} labelled models (\`test/rules/models.jsonl\`), three seeds each, trained by GradLens's own engine on data that are drawn from seeds. ` +
      "A run counts as sick or well by its outcome: a model with a fault that ends well all the same, and a healthy one that does not get there, count for neither. " +
      `Sick: ${sick.length} runs, well: ${well.length}. ` +
      "Every second model of a kind is to tune on, the others are to judge by. The order of causes and some gates were found on models " +
      "of this make, of both halves, with other data: neither half is unseen, and figures on faults of another make may be lower.",
    "**Recall**: at least one error in a sick run. **Accepted**: a cause that is right, or an effect of it, is among the errors. **First**: the cause that was put in stands first. **False alarms**: an error in a run that ends well.",
    table(["half", "of the steps", "recall", "accepted", "first", "false alarms"], halves),
    "## Beside others, on the same runs",
    "The published thresholds of the others' rules, on figures of the same runs. They name no cause.",
    table(
      ["rules", "recall", "false alarms"],
      [row("**GradLens**", among(sick, says(end)), among(well, says(end))), ...peers],
    ),
    "## By finding, after all steps",
    "Of the sick runs whose cause it is, how many have the finding and how many have it first; in how many sick runs it is an error at all; and false alarms.",
    table(["finding", "found", "first", "in sick runs", "false alarms"], perFinding),
    "## By kind of fault",
    table(["kind", "recall", "accepted", "first"], perKind),
  ].join("\n\n");
}
