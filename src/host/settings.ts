import { availableParallelism } from "node:os";
import * as vscode from "vscode";
import type { EngineProcess } from "../process/engineHome.ts";
import { threadsFor } from "../protocol/threads.ts";

const SECTION = "gradlens";

const flag = (name: string): boolean => vscode.workspace.getConfiguration(SECTION).get(name) === true;

/** What the user set, read when it is asked for. Names and defaults: `contributes.configuration` of the manifest. */
export const settings = {
  autoRun: () => flag("autoRun"),
  lenses: () => ({
    run: flag("codeLens.run"),
    result: flag("codeLens.result"),
    export: flag("codeLens.export"),
    gradients: flag("codeLens.gradients"),
    activations: flag("codeLens.activations"),
    shapes: flag("codeLens.shapes"),
    watch: flag("codeLens.watch"),
  }),
  probe: () => flag("probe"),
  gutter: () => flag("gutter.enabled"),
  /** Threads that may compute at a time: 0 in the settings stands for all cores but one, which is left to the editor. */
  threads: () =>
    threadsFor(vscode.workspace.getConfiguration(SECTION).get("threads"), availableParallelism(), 1),
  /** Where the engine runs. What a folder says of it counts once the folder is trusted. */
  engineProcess: (): EngineProcess =>
    vscode.workspace.getConfiguration(SECTION).get("engine.process") === "own" ? "own" : "host",
  /** When the panel shows itself at a run. */
  revealPanel: () =>
    vscode.workspace.getConfiguration(SECTION).get<"firstRun" | "always" | "never">("panel.reveal"),
  /** Runs that are kept, but for those that are pinned. */
  keepRuns: () => vscode.workspace.getConfiguration(SECTION).get<number>("keepRuns") ?? 50,
  /** Megabytes that they may take on the disk. */
  storageLimit: () => vscode.workspace.getConfiguration(SECTION).get<number>("storage.limit") ?? 200,
};

export type LensSettings = ReturnType<typeof settings.lenses>;

export const onDidChangeSettings = (listener: () => void): vscode.Disposable =>
  vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(SECTION)) listener();
  });
