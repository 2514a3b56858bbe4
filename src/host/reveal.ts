import * as vscode from "vscode";
import { plain, type Plain } from "../text/quote.ts";
import { layerName } from "../protocol/layerName.ts";
import type { Models } from "./models.ts";
import { rangeOf } from "./place.ts";
import type { Run } from "./run.ts";

/** Shows the declaration of a run's layer, selected. The result says, as a sentence, why it cannot be shown. */
export async function reveal(models: Models, run: Run, layer: string): Promise<Plain | undefined> {
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

/** The same for the model as a whole. */
export async function revealModel(models: Models, run: Run): Promise<Plain | undefined> {
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
