import * as vscode from "vscode";
import { Lenses } from "./codeLens.ts";
import { DeclaredModels } from "./declared.ts";
import { Decorations } from "./decorations.ts";
import { Diagnostics } from "./diagnostics.ts";
import { dropStreams } from "./dropping.ts";
import { Findings } from "./findings.ts";
import { hasModelFiles } from "./models.ts";
import { Panel, VIEW } from "./panel.ts";
import type { Own, Parts } from "./parts.ts";
import { revealOrSay } from "./reveal.ts";
import { RUNS_VIEW, RunsTree, type Node } from "./runsTree.ts";
import { saveChart } from "./savingCharts.ts";
import { createTree } from "./say.ts";
import { Status } from "./status.ts";

/** What shows models and runs. */
export interface Views {
  readonly findings: Findings;
  readonly lenses: Lenses;
  readonly decorations: Decorations;
  readonly diagnostics: Diagnostics;
  readonly status: Status;
  readonly panel: Panel;
  readonly tree: RunsTree;
  /** The lines of the list of runs that the user has selected. */
  selection(): readonly Node[];
  /** All of it, as things are now. */
  refresh(): void;
}

export function makeViews({ extensionUri }: vscode.ExtensionContext, parts: Parts, own: Own): Views {
  const { models, runs, trainer, programs, anchors, files, imports, isStale } = parts;
  const findings = own(new Findings(models, runs, programs));
  const lenses = own(new Lenses(models, runs, findings, programs));
  const decorations = own(new Decorations(anchors, runs));
  const status = own(new Status(runs, isStale));
  const declared = own(new DeclaredModels(runs));
  const panel = own(
    new Panel(vscode.Uri.joinPath(extensionUri, "dist"), {
      ...{ runs, isStale },
      hasModels: hasModelFiles,
      focused: () => lenses.focusLost(),
      reveal: (run, layer) => void revealOrSay(models, programs, run, layer),
      hover: (run, layer) => decorations.point(run, layer),
      // A button is the command of the same name.
      command: (command) => void vscode.commands.executeCommand(`gradlens.${command}`),
      diff: (run, other) => void declared.compare(run, other),
      at: (run, step) => runs.look(run, step),
      decompose: (run, layer) =>
        void vscode.commands.executeCommand("gradlens.jacobianSpectrum", run.id, layer),
      save: (chart) => void saveChart(chart),
    }),
  );
  own(vscode.window.registerWebviewViewProvider(VIEW, panel));
  const tree = own(new RunsTree(runs, isStale));
  const list = own(createTree(RUNS_VIEW, tree, dropStreams(imports)));
  const shown = [tree, lenses, decorations, findings, status, panel];
  return {
    ...{ findings, lenses, decorations, status, panel, tree },
    diagnostics: own(new Diagnostics(models, files, trainer)),
    selection: () => list.selection,
    refresh: () => shown.forEach((one) => one.refresh()),
  };
}
