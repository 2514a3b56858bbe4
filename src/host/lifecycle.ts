import * as vscode from "vscode";
import { plain } from "../text/quote.ts";
import type { Runs } from "./runs.ts";
import { fail } from "./say.ts";
import type { Trainer } from "./trainer.ts";

/** Context keys for menus and enablement: whether a run goes on, is paused, and whether there has been one. */
export function setContexts(runs: Runs, trainer: Trainer): vscode.Disposable {
  const set = (key: string, value: boolean): void => {
    void vscode.commands.executeCommand("setContext", `gradlens.${key}`, value);
  };
  return runs.onDidChange(({ what }) => {
    if (what === "frames" || what === "arrived" || what === "moment" || what === "spectrum") return;
    const state = trainer.active()?.state;
    set("running", state !== undefined);
    set("paused", state === "paused");
    set("hasRuns", runs.all().length > 0);
  });
}

/** A thread that ends by itself is told of once, with the two ways on. */
export const reportBreaks = (trainer: Trainer, showLog: () => void): vscode.Disposable =>
  trainer.onDidBreak(async ({ run, reason }) => {
    const again = run ? ["Run Again"] : [];
    const message = plain`GradLens: training ended unexpectedly: ${reason}. The frames so far are kept.`;
    const picked = await fail(message, "Show Log", ...again);
    if (picked === "Show Log") showLog();
    if (picked === "Run Again") await vscode.commands.executeCommand("gradlens.rerun");
  });

export const followRenames = (runs: Runs): vscode.Disposable =>
  vscode.workspace.onDidRenameFiles(({ files }) => {
    for (const { oldUri, newUri } of files) runs.moved(oldUri, newUri);
  });
