import * as vscode from "vscode";
import { messageOf } from "../protocol/rpc.ts";
import { plain } from "../text/quote.ts";
import { newModel, openExamples } from "./examples.ts";
import { explainFinding } from "./explaining.ts";
import { exportPyTorch } from "./exporting.ts";
import { jacobianSpectrum } from "./jacobian.ts";
import type { Parts } from "./parts.ts";
import { togglePin } from "./pinning.ts";
import { revealOrSay } from "./reveal.ts";
import { meant, runCommands } from "./runCommands.ts";
import { fail } from "./say.ts";
import { tryFixes } from "./tryFixes.ts";
import type { Views } from "./views.ts";
import { passed } from "./walkthrough.ts";
import { copyNotebookImport } from "./watch/notebookImport.ts";
import { watchPython } from "./watch/watchPython.ts";

export type CommandServices = Parts & Views & { readonly context: vscode.ExtensionContext };

/** What each command of the manifest does, by its name after `gradlens.`. */
export function registerCommands(services: CommandServices): vscode.Disposable {
  const { context, models, programs, watched, runs, trainer, running, panel } = services;
  const run = async (uri?: unknown, model?: unknown): Promise<number | undefined> => {
    const started = await running.run(uri instanceof vscode.Uri ? uri : undefined, nameOf(model));
    return started?.id;
  };
  const rerun = async (): Promise<number | undefined> => {
    const last = panel.shown() ?? runs.all().at(-1);
    return last ? (await running.again(last))?.id : run();
  };
  const commands: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
    run,
    runPick: async () => (await running.pick())?.id,
    rerun,
    pause: () => trainer.pause(),
    resume: () => trainer.resume(),
    step: () => trainer.step(),
    stop: () => trainer.stop(),
    showPanel: () => panel.show(),
    openInEditor: () => panel.openTab(),
    newModel: (target) => newModel(target instanceof vscode.Uri ? target : undefined),
    openExamples: (target) => openExamples(context, target instanceof vscode.Uri ? target : undefined),
    exportPyTorch: (uri, model) =>
      exportPyTorch(models, running, uri instanceof vscode.Uri ? uri : undefined, nameOf(model)),
    watchPython: async (uri) => {
      await watchPython(context.extensionUri, watched, uri instanceof vscode.Uri ? uri : undefined);
    },
    copyNotebookImport: () => copyNotebookImport(context.extensionUri),
    pinRun: (id) => togglePin(services, id),
    explainFinding: (id) =>
      explainFinding(vscode.Uri.joinPath(context.extensionUri, "docs", "findings.md"), id),
    tryFixes: (uri, model) => tryFixes(services, uri instanceof vscode.Uri ? uri : undefined, nameOf(model)),
    importRun: async (uri) => {
      const streams = services.imports;
      const read = uri instanceof vscode.Uri ? await streams.all([uri]) : await streams.pick();
      return read.map(({ id }) => id);
    },
    jacobianSpectrum: (id, path) => jacobianSpectrum(services, runs.get(Number(id)), nameOf(path)),
    walkthrough: () =>
      vscode.commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`),
    showLog: () => services.log.show(),
    showProblems: () => vscode.commands.executeCommand("workbench.actions.view.problems"),
    showLayer: (id, layer) => {
      passed("layerShown");
      return panel.show(runs.get(Number(id)), nameOf(layer));
    },
    revealLayer: async (id, layer) => {
      const found = runs.get(Number(id));
      return found && revealOrSay(models, programs, found, String(layer));
    },
  };
  const ofRuns = Object.entries(
    runCommands({ ...services, dist: vscode.Uri.joinPath(context.extensionUri, "dist") }),
  ).map(([name, act]) => [`runs.${name}`, (...args: unknown[]) => act(meant(services, args))] as const);
  return vscode.Disposable.from(
    ...[...Object.entries(commands), ...ofRuns].map(([name, act]) =>
      vscode.commands.registerCommand(`gradlens.${name}`, (...args: unknown[]) => orSay(act, args)),
    ),
  );
}

/** What goes wrong is said here: VS Code would show an error's message as it is, and the links in it. */
async function orSay(act: (...args: unknown[]) => unknown, args: unknown[]): Promise<unknown> {
  try {
    return await act(...args);
  } catch (error) {
    void fail(plain`GradLens: ${messageOf(error)}`);
    return undefined;
  }
}

/** A menu passes what it was opened on, which is no name. */
const nameOf = (argument: unknown): string | undefined =>
  typeof argument === "string" ? argument : undefined;
