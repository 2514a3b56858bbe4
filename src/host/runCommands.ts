import type * as vscode from "vscode";
import { counted } from "../insight/format.ts";
import { plain } from "../text/quote.ts";
import { save, streamBytes } from "./exportRun.ts";
import { importModel } from "./importModel.ts";
import type { Models } from "./models.ts";
import type { Panel } from "./panel.ts";
import { reportBytes } from "./report.ts";
import { revealModel } from "./reveal.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import type { Node, RunsTree } from "./runsTree.ts";
import { ask, inform, warn } from "./say.ts";
import type { Trainer } from "./trainer.ts";
import type { MarksOfFiles } from "./watch/marksOfFiles.ts";
import type { ProgramAnchors } from "./watch/programAnchors.ts";

export interface RunCommandServices {
  readonly models: Models;
  readonly programs: ProgramAnchors;
  readonly runs: Runs;
  readonly trainer: Trainer;
  readonly panel: Panel;
  readonly tree: RunsTree;
  readonly marks: MarksOfFiles;
  /** The lines of the list that the user has selected. */
  selection(): readonly Node[];
  /** The folder of the panel's bundle. */
  readonly dist: vscode.Uri;
}

/** What can be done with runs of the list, by the command's name after `gradlens.runs.`. */
export const runCommands = (
  services: RunCommandServices,
): Readonly<Record<string, (runs: readonly Run[]) => unknown>> => ({
  show: ([run]) => run && services.panel.show(run),
  rename: ([run]) => run && rename(services.runs, run),
  pin: (runs) => runs.forEach((run) => services.runs.pin(run, true)),
  unpin: (runs) => runs.forEach((run) => services.runs.pin(run, false)),
  compare: (runs) => compare(services, runs),
  reveal: ([run]) => run && revealOrWarn(services, run),
  delete: (runs) => remove(services, runs),
  exportReport: ([run]) =>
    run && save(run, "html", "HTML", () => reportBytes(services.dist, services.runs, run)),
  importModel: ([run]) => run && importModel(run),
  export: ([run]) => run && save(run, "jsonl", "JSON Lines", streamBytes),
});

/**
 * The runs that a command of the list is about: one by its number; what a menu was opened on, with all that is selected where that is part of it; else,
 * by a key, the selection.
 */
export function meant(
  { runs, tree, selection }: Pick<RunCommandServices, "runs" | "tree" | "selection">,
  [node, nodes]: readonly unknown[],
): readonly Run[] {
  if (typeof node === "number") return [runs.get(node)].filter((run) => run !== undefined);
  if (Array.isArray(nodes) && nodes.length > 0) return tree.runsOf(nodes as readonly Node[]);
  return tree.runsOf(node === undefined ? selection() : [node as Node]);
}

/** An empty name is none. */
async function rename(runs: Runs, run: Run): Promise<void> {
  const name = await ask(plain`Name of the Run of ${run.origin.model}`, run.name ?? "");
  if (name === undefined) return;
  run.name = name.trim() === "" ? undefined : name.trim();
  runs.changed(run, "state");
}

/** The latest is shown, and the others lie under it. */
async function compare({ runs, panel }: RunCommandServices, [...chosen]: readonly Run[]): Promise<void> {
  const latest = chosen.sort((a, b) => a.id - b.id).pop();
  if (!latest) return;
  for (const run of chosen) runs.pin(run, true);
  await panel.show(latest);
}

async function revealOrWarn({ models, programs }: RunCommandServices, run: Run): Promise<void> {
  const why = await revealModel(models, programs, run);
  if (why !== undefined) void warn(why);
}

/** What was recorded is read before, so that it can be put back. */
async function remove({ runs, trainer, marks }: RunCommandServices, chosen: readonly Run[]): Promise<void> {
  if (chosen.length === 0) return;
  if (chosen.some((run) => run === trainer.active())) await trainer.stop();
  await Promise.all(chosen.map((run) => run.record.bring()));
  for (const run of chosen) {
    runs.remove(run);
    marks.remove(run, true);
  }
  const [only] = chosen;
  const said =
    chosen.length === 1 && only
      ? plain`The run of ${only.origin.model} is deleted.`
      : plain`${counted(chosen.length, "run")} are deleted.`;
  const undo = plain`Undo`;
  if ((await inform(said, undo)) !== undo) return;
  for (const run of chosen) {
    marks.remove(run, false);
    runs.putBack(run);
  }
}
