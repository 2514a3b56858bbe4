import { availableParallelism } from "node:os";
import * as vscode from "vscode";
import { rulesOfSettings } from "../model/rules.ts";
import type { EngineProcess } from "../process/engineHome.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import { threadsFor } from "../protocol/threads.ts";

const SECTION = "gradlens";

const flag = (name: string): boolean => vscode.workspace.getConfiguration(SECTION).get(name) === true;

const readRules = (uri: vscode.Uri | undefined) =>
  rulesOfSettings(vscode.workspace.getConfiguration(SECTION, uri).get("rules"));

/** What the user set, read when it is asked for. Names and defaults: `contributes.configuration` of the manifest. */
export const settings = {
  autoRun: () => flag("autoRun"),
  lenses: () => ({
    run: flag("codeLens.run"),
    result: flag("codeLens.result"),
    pin: flag("codeLens.pin"),
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
  /** How findings are set for the models of a file that set them in no other way. What cannot be read does not count. */
  rules: (uri?: vscode.Uri): RuleSettings => readRules(uri).rules,
  /** What of it cannot be read. */
  ruleProblems: (uri?: vscode.Uri): readonly string[] => readRules(uri).problems,
  /** Processes that a watched program runs as. */
  watchProcesses: (file: vscode.Uri): number =>
    Math.max(1, vscode.workspace.getConfiguration(SECTION, file).get<number>("watch.processes") ?? 1),
  /** What it is started with. */
  watchArguments: (file: vscode.Uri): readonly string[] =>
    vscode.workspace.getConfiguration(SECTION, file).get<readonly string[]>("watch.arguments") ?? [],
  /** When the panel shows itself at a run. */
  revealPanel: () =>
    vscode.workspace.getConfiguration(SECTION).get<"firstRun" | "always" | "never">("panel.reveal"),
  /** Runs that are kept, but for those that are pinned. */
  keepRuns: () => vscode.workspace.getConfiguration(SECTION).get<number>("keepRuns") ?? 50,
  /** Megabytes that they may take on the disk. */
  storageLimit: () => vscode.workspace.getConfiguration(SECTION).get<number>("storage.limit") ?? 200,
};

export type LensSettings = ReturnType<typeof settings.lenses>;

/** `name`: the one setting that is of interest; absent: all of them. */
export const onDidChangeSettings = (listener: () => void, name?: string): vscode.Disposable =>
  vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(name === undefined ? SECTION : `${SECTION}.${name}`)) listener();
  });
