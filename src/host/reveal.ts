import * as vscode from "vscode";
import { plain, type Plain } from "../text/quote.ts";
import { layerName } from "../protocol/layerName.ts";
import type { Models } from "./models.ts";
import { rangeOf } from "./place.ts";
import type { Run } from "./run.ts";
import { warn } from "./say.ts";
import { passed } from "./walkthrough.ts";
import { showCell } from "./watch/cells.ts";
import type { ProgramAnchors } from "./watch/programAnchors.ts";

/** Shows the line of a program that made a layer. */
async function revealLine(programs: ProgramAnchors, run: Run, layer: string): Promise<Plain | undefined> {
  const document = await programs.open(run, layer);
  const { file, model } = run.origin;
  if (!document)
    return run.info.watched?.notebook
      ? plain`The cell that made ${layerName(layer)} of ${model} is in no notebook that is open, or has changed since the run.`
      : plain`${layerName(layer)} of ${model} was made nowhere in this workspace: there is no line to show.`;
  const line = programs.find(document, run, layer);
  if (!line) return plain`The line that made ${layerName(layer)} is gone: ${file} has changed since the run.`;
  await select(document, rangeOf(line));
  return undefined;
}

/** Shows the declaration of a run's layer, selected. The result says, as a sentence, why it cannot be shown. */
export async function reveal(
  models: Models,
  programs: ProgramAnchors,
  run: Run,
  layer: string,
): Promise<Plain | undefined> {
  if (run.isWatched) return revealLine(programs, run, layer);
  const { uri, file, model } = run.origin;
  if (!uri) return plain`${model} of ${file} was recorded elsewhere: there is no model file to show.`;
  const document = await open(uri);
  if (!document) return plain`${file} is gone: it was deleted or renamed since the run of ${model}.`;
  await models.read(document);
  const declared = models.held(document)?.find(model, layer);
  if (!declared)
    return plain`${layerName(layer)} is no longer in ${model}: ${file} has changed since the run.`;
  await select(document, rangeOf(declared));
  return undefined;
}

/** Shows a layer's declaration; says why where there is none any more. The result is what was said. */
export async function revealOrSay(
  models: Models,
  programs: ProgramAnchors,
  run: Run,
  layer: string,
): Promise<string | undefined> {
  const why = await reveal(models, programs, run, layer);
  if (why !== undefined) void warn(why);
  else passed("layerRevealed");
  return why;
}

/** The same for the model as a whole. */
export async function revealModel(
  models: Models,
  programs: ProgramAnchors,
  run: Run,
): Promise<Plain | undefined> {
  const [first] = run.info.layers;
  if (run.isWatched && first) return revealLine(programs, run, first.path);
  const { uri, file, model } = run.origin;
  const document = uri && (await open(uri));
  if (!document) return plain`${file} is gone, or no model file: there is no declaration of ${model}.`;
  await models.read(document);
  const start = models.held(document)?.model(model)?.start;
  if (!start) return plain`${model} is no longer in ${file}: the file has changed since the run.`;
  await select(document, rangeOf({ start, end: start }));
  return undefined;
}

async function select(document: vscode.TextDocument, range: vscode.Range): Promise<void> {
  await showCell(document);
  const visible = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const editor = await vscode.window.showTextDocument(document, {
    selection: range,
    ...(visible?.viewColumn && { viewColumn: visible.viewColumn }),
  });
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** `undefined` where there is no such file any more. */
export async function open(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    return undefined;
  }
}
