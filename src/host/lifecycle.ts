import * as vscode from "vscode";
import { isModelFile, type Models } from "./models.ts";
import type { Running } from "./running.ts";
import type { Runs } from "./runs.ts";
import { settings } from "./settings.ts";
import type { Trainer } from "./trainer.ts";

/** Context keys for menus and enablement: whether a run goes on, is paused, and whether there has been one. */
export function setContexts(runs: Runs, trainer: Trainer): vscode.Disposable {
  const set = (key: string, value: boolean): void => {
    void vscode.commands.executeCommand("setContext", `gradlens.${key}`, value);
  };
  return runs.onDidChange(({ what }) => {
    if (what === "frames") return;
    const state = trainer.active()?.state;
    set("running", state !== undefined);
    set("paused", state === "paused");
    set("hasRuns", true);
  });
}

/** Where the user wants it, a saved file's latest run is made again if its model has changed. */
export const rerunOnSave = (models: Models, runs: Runs, running: Running): vscode.Disposable =>
  vscode.workspace.onDidSaveTextDocument(async (document) => {
    if (!settings.autoRun() || !isModelFile(document) || !vscode.workspace.isTrusted) return;
    await models.read(document);
    const last = runs.all().findLast(({ origin }) => origin.uri.toString() === document.uri.toString());
    if (!last || !models.isStale(last)) return;
    const model = models.of(document).models.find(({ name }) => name === last.origin.model);
    if (model?.spec) void running.again(last);
  });

/** A thread that ends by itself is told of once, with the two ways on. */
export const reportBreaks = (trainer: Trainer, showLog: () => void): vscode.Disposable =>
  trainer.onDidBreak(async ({ run, reason }) => {
    const again = run ? ["Run Again"] : [];
    const message = `GradLens: training ended unexpectedly: ${reason}. The frames so far are kept.`;
    const picked = await vscode.window.showErrorMessage(message, "Show Log", ...again);
    if (picked === "Show Log") showLog();
    if (picked === "Run Again") await vscode.commands.executeCommand("gradlens.rerun");
  });

export const followRenames = (runs: Runs): vscode.Disposable =>
  vscode.workspace.onDidRenameFiles(({ files }) => {
    for (const { oldUri, newUri } of files) runs.moved(oldUri, newUri);
  });
