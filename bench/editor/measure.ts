import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import type { Delays, EditorFigures, EditorRow, Loop } from "../editor.ts";
import { open } from "./document.ts";
import { largeFile, RIGHT, WRONG } from "./largeFile.ts";

const EDITS = 60;
const SHAPES: readonly (readonly [models: number, layersOfEach: number])[] = [
  [1, 5000],
  [10, 500],
];

/** Longer than any answer takes. */
const PATIENCE_MS = 60_000;
/** A pause between edits, in which all that an edit leads to comes to its end. */
const PAUSE_MS = 1000;
/** Schema, colours and folding of so long a text. */
const SETTLED_MS = 5000;

/** What VS Code calls in its extension host: edits large files there, and watches the loop that all extensions share. */
export async function run(): Promise<void> {
  await vscode.extensions.getExtension("gradlens.gradlens")?.activate();
  const rows: EditorRow[] = [];
  for (const [models, layersOfEach] of SHAPES) rows.push(await measure(models, layersOfEach));
  const figures: EditorFigures = { rows };
  writeFileSync(process.env.GRADLENS_FIGURES ?? "", JSON.stringify(figures));
}

async function measure(models: number, layersOfEach: number): Promise<EditorRow> {
  const text = largeFile(models, layersOfEach);
  const other = await open(`large-${models}.jsonc`, text);
  const without = await watched(other, text, applied);

  const startedMs = performance.now();
  const document = await open(`large-${models}.gradlens.json`, text);
  const lenses = await vscode.commands.executeCommand<readonly unknown[]>(
    "vscode.executeCodeLensProvider",
    document.uri,
  );
  const lensesMs = performance.now() - startedMs;
  if (lenses.length < models * layersOfEach) throw new Error(`only ${lenses.length} lenses`);

  const answers: number[] = [];
  const loop = await watched(document, text, async (uri, change, problems) => {
    answers.push(await answered(uri, change, problems));
  });
  return { models, layersOfEach, characters: text.length, lensesMs, answers, loop, without };
}

type Edit = (uri: vscode.Uri, change: vscode.WorkspaceEdit, problems: number) => Promise<void>;

/** The loop's delays while nobody edits, and while somebody puts a mistake in the middle and takes it out again. */
async function watched(document: vscode.TextDocument, text: string, edit: Edit): Promise<Loop> {
  const at = text.indexOf(RIGHT, text.length / 2);
  const [start, right, wrong] = [0, RIGHT.length, WRONG.length].map((length) =>
    document.positionAt(at + length),
  );
  vscode.window.activeTextEditor?.revealRange(new vscode.Range(start, start));
  await delay(SETTLED_MS);
  const idle = await delaysOf(() => delay(SETTLED_MS));
  const stalls: number[] = [];
  const busy = await delaysOf(async () => {
    for (let i = 0; i < EDITS; i++) {
      const isRight = i % 2 === 0;
      const change = new vscode.WorkspaceEdit();
      change.replace(document.uri, new vscode.Range(start, isRight ? right : wrong), isRight ? WRONG : RIGHT);
      const { max } = await delaysOf(async () => {
        await edit(document.uri, change, isRight ? 1 : 0);
        await delay(PAUSE_MS);
      });
      stalls.push(max);
    }
  });
  await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  return { idle, busy, stalls };
}

async function applied(_uri: vscode.Uri, change: vscode.WorkspaceEdit): Promise<void> {
  if (!(await vscode.workspace.applyEdit(change))) throw new Error("the edit was refused");
}

/** How long it takes until GradLens has so many problems with the file, in milliseconds. */
async function answered(uri: vscode.Uri, change: vscode.WorkspaceEdit, problems: number): Promise<number> {
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
  await applied(uri, change);
  await there;
  return performance.now() - startedMs;
}

const problemsOf = (uri: vscode.Uri): number =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "GradLens").length;

/** How late the loop is meanwhile, in milliseconds. */
async function delaysOf(act: () => Promise<unknown>): Promise<Delays> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  await act();
  loop.disable();
  return { p50: loop.percentile(50) / 1e6, p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 };
}
