import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import type { EditorFigures, EditorRow } from "../editor.ts";
import { largeFile, RIGHT, WRONG } from "./largeFile.ts";

const EDITS = 60;
const SHAPES: readonly (readonly [models: number, layersOfEach: number])[] = [
  [1, 5000],
  [10, 500],
];

/** Longer than any answer takes. */
const PATIENCE_MS = 60_000;
/** A pause between edits, in which all that an edit leads to comes to its end. */
const PAUSE_MS = 700;

/** What VS Code calls in its extension host: edits large files there, and watches the loop that all extensions share. */
export async function run(): Promise<void> {
  await vscode.extensions.getExtension("gradlens.gradlens")?.activate();
  const rows: EditorRow[] = [];
  for (const [models, layersOfEach] of SHAPES) rows.push(await measure(models, layersOfEach));
  const figures: EditorFigures = { rows };
  writeFileSync(process.env.GRADLENS_FIGURES ?? "", JSON.stringify(figures));
}

async function measure(models: number, layersOfEach: number): Promise<EditorRow> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder) throw new Error("no folder is open");
  const text = largeFile(models, layersOfEach);
  const uri = vscode.Uri.joinPath(folder, `large-${models}.gradlens.json`);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));

  const openedMs = performance.now();
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document);
  const lenses = await vscode.commands.executeCommand<unknown[]>("vscode.executeCodeLensProvider", uri, 0);
  const lensesMs = performance.now() - openedMs;
  if (lenses.length < models * layersOfEach) throw new Error(`only ${lenses.length} lenses`);

  const at = text.indexOf(RIGHT, text.length / 2);
  const range = (length: number): vscode.Range =>
    new vscode.Range(document.positionAt(at), document.positionAt(at + length));
  editor.revealRange(range(0));
  await delay(5 * PAUSE_MS); // schema validation, colours and folding of so long a text

  const idle = await watched(() => delay(EDITS * 100));
  const stalls: number[] = [];
  const answers: number[] = [];
  const busy = await watched(async () => {
    for (let i = 0; i < EDITS; i++) {
      const [old, added] = i % 2 === 0 ? [RIGHT, WRONG] : [WRONG, RIGHT];
      const one = monitorEventLoopDelay({ resolution: 1 });
      one.enable();
      answers.push(await edit(uri, range(old.length), added, i % 2 === 0 ? 1 : 0));
      await delay(PAUSE_MS);
      one.disable();
      stalls.push(one.max / 1e6);
    }
  });
  await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  return { models, layersOfEach, characters: text.length, lensesMs, answers, stalls, idle, busy };
}

/** How long it takes from the edit until GradLens has so many problems with the file. */
async function edit(uri: vscode.Uri, range: vscode.Range, text: string, problems: number): Promise<number> {
  const change = new vscode.WorkspaceEdit();
  change.replace(uri, range, text);
  const startedMs = performance.now();
  const there = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`waited for ${problems} problems`)), PATIENCE_MS);
    const listener = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (!uris.some((one) => one.toString() === uri.toString()) || problemsOf(uri) !== problems) return;
      clearTimeout(timer);
      listener.dispose();
      resolve();
    });
  });
  if (!(await vscode.workspace.applyEdit(change))) throw new Error("the edit was refused");
  await there;
  return performance.now() - startedMs;
}

const problemsOf = (uri: vscode.Uri): number =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "GradLens").length;

/** Percentiles of the loop's delay in milliseconds, meanwhile. */
async function watched(act: () => Promise<unknown>): Promise<EditorRow["idle"]> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  await act();
  loop.disable();
  return { p50: loop.percentile(50) / 1e6, p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 };
}
