import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import type { Api } from "../../src/host/api.ts";
import type { RunSummary } from "../../src/protocol/webview.ts";

const PATIENCE_MS = 20_000;

/** The extension, activated. */
export async function api(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>("gradlens.gradlens");
  assert.ok(extension, "the extension is not installed");
  return extension.activate();
}

export const folder = (): vscode.Uri => {
  const found = vscode.workspace.workspaceFolders?.[0];
  assert.ok(found, "no folder is open");
  return found.uri;
};

export const at = (name: string): vscode.Uri => vscode.Uri.joinPath(folder(), name);

/** Waits until `look` finds something, and returns it; says what it waited for when it comes to nothing. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | PromiseLike<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await delay(20);
  }
  throw new Error(`waited ${PATIENCE_MS} ms for ${what}`);
}

type Json = Readonly<Record<string, unknown>>;

/** A small model on xor, one layer a line, with these fields instead of its own. */
export function modelText(fields: Json = {}, name = "m"): string {
  const model = {
    input: [2],
    layers: [
      { type: "Linear", name: "hidden", out_features: 8 },
      { type: "Tanh" },
      { type: "Linear", name: "head", out_features: 1 },
    ],
    loss: "BCEWithLogitsLoss",
    optimizer: { type: "SGD", lr: 0.5 },
    data: { type: "xor", samples: 64 },
    train: { steps: 50, batch_size: 16, seed: 0 },
    ...fields,
  };
  return JSON.stringify({ version: 1, models: { [name]: model } }, undefined, 2);
}

/** So long that only a stop ends it. */
export const ENDLESS = { train: { steps: 100_000_000, batch_size: 16, seed: 0 } };

/** Writes a file into the workspace and shows it. */
export async function show(name: string, text: string): Promise<vscode.TextDocument> {
  const uri = at(name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const document = await vscode.workspace.openTextDocument(uri);
  // An editor that holds an earlier text may read the file anew meanwhile, which refuses the edit.
  await until(`${name} to hold the text`, () => document.getText() === text || replace(document, text));
  await vscode.window.showTextDocument(document);
  return document;
}

async function replace(document: vscode.TextDocument, text: string): Promise<boolean> {
  const whole = new vscode.WorkspaceEdit();
  whole.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  return (await vscode.workspace.applyEdit(whole)) && document.getText() === text;
}

/** Replaces the only place where `old` stands. */
export async function edit(document: vscode.TextDocument, old: string, text: string): Promise<void> {
  const whole = document.getText();
  const start = whole.indexOf(old);
  assert.ok(start >= 0 && whole.indexOf(old, start + 1) < 0, `${old} stands once in ${document.fileName}`);
  const change = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + old.length));
  change.replace(document.uri, range, text);
  assert.ok(await vscode.workspace.applyEdit(change));
}

/** Titles of the lenses, line by line. */
export async function lenses(
  uri: vscode.Uri,
): Promise<readonly { readonly line: number; readonly title: string }[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    uri,
    100,
  );
  return found.map(({ range, command }) => ({ line: range.start.line, title: command?.title ?? "" }));
}

export const titles = async (uri: vscode.Uri): Promise<readonly string[]> =>
  (await lenses(uri)).map(({ title }) => title);

/** GradLens's own diagnostics of a file. */
export const problems = (uri: vscode.Uri): readonly vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "GradLens");

/** Runs a model of a file; the run's number. */
export async function start(uri: vscode.Uri, model = "m"): Promise<number> {
  const id = await vscode.commands.executeCommand<number | undefined>("gradlens.run", uri, model);
  assert.ok(id !== undefined, `${model} did not start`);
  return id;
}

export async function summary(id: number): Promise<RunSummary> {
  const found = (await api()).runs().find((run) => run.id === id);
  assert.ok(found, `run ${id} is kept`);
  return found;
}

/** Waits until a run is as `is` says. */
export const runThat = (id: number, what: string, is: (run: RunSummary) => boolean): Promise<RunSummary> =>
  until(`run ${id} to be ${what}`, async () => {
    const run = await summary(id);
    return is(run) && run;
  });

export const ended = (id: number): Promise<RunSummary> =>
  runThat(id, "ended", ({ state }) => state === "ended");

export const stepped = (id: number): Promise<RunSummary> => runThat(id, "under way", ({ step }) => step > 0);

export const stop = (): Thenable<void> => vscode.commands.executeCommand("gradlens.stop");

export interface Shown {
  readonly text: string;
  readonly buttons: readonly unknown[];
}

/** Everything that is handed to VS Code to be shown while `act` runs. No message is answered. */
export async function shown(act: () => unknown): Promise<readonly Shown[]> {
  const all: Shown[] = [];
  const window = vscode.window as unknown as Record<string, unknown>;
  const message = (text: string, ...buttons: unknown[]) => {
    all.push({ text, buttons });
    return Promise.resolve(undefined);
  };
  const list = (items: readonly vscode.QuickPickItem[], options: vscode.QuickPickOptions) => {
    const texts = items.flatMap(({ label, description, detail }) => [label, description, detail]);
    const around = [options.title, options.placeHolder];
    for (const text of [...texts, ...around]) if (text !== undefined) all.push({ text, buttons: [] });
    return Promise.resolve(undefined);
  };
  const replaced: Readonly<Record<string, unknown>> = {
    showInformationMessage: message,
    showWarningMessage: message,
    showErrorMessage: message,
    showQuickPick: list,
  };
  const before = Object.keys(replaced).map((name) => [name, window[name]] as const);
  Object.assign(window, replaced);
  try {
    await act();
  } finally {
    for (const [name, value] of before) window[name] = value;
  }
  return all;
}
