import * as vscode from "vscode";
import { visible } from "../protocol/visible.ts";
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
    set("hasTwoRuns", runs.all().length > 1);
  });
}

/** A thread that ends by itself is told of once, with the two ways on. */
export const reportBreaks = (trainer: Trainer, showLog: () => void): vscode.Disposable =>
  trainer.onDidBreak(async ({ run, reason }) => {
    const again = run ? [plain`Run Again`] : [];
    const message = plain`GradLens: training ended unexpectedly: ${reason}. The frames so far are kept.`;
    const picked = await fail(message, SHOW_LOG, ...again);
    if (picked === SHOW_LOG) showLog();
    if (picked === plain`Run Again`) await vscode.commands.executeCommand("gradlens.rerun");
  });

/** A probe that fails by a mistake of ours is told of in the log each time, and in a message once a window. */
export function reportProbes(
  log: (line: string) => void,
  showLog: () => void,
): (model: string, reason: string) => void {
  let told = false;
  return (model, reason) => {
    log(`A probe of ${visible(model)} failed: ${visible(reason)}`);
    if (told) return;
    told = true;
    const message = plain`GradLens: the first steps of ${model} could not be shown: ${reason}. Running it is not affected.`;
    void fail(message, SHOW_LOG).then((picked) => {
      if (picked === SHOW_LOG) showLog();
    });
  };
}

const SHOW_LOG = plain`Show Log`;

export const followRenames = (runs: Runs): vscode.Disposable =>
  vscode.workspace.onDidRenameFiles(({ files }) => {
    for (const { oldUri, newUri } of files) runs.moved({ from: oldUri, to: newUri });
  });
