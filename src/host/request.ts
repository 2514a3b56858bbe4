import { dirname } from "node:path";
import * as vscode from "vscode";
import { expectedRun } from "../model/outline.ts";
import type { ModelSource, RunOptions } from "../protocol/worker.ts";
import type { ParsedModel } from "../model/parse.ts";
import { plain, type Plain } from "../text/quote.ts";
import { fingerprintOf, outline } from "./models.ts";
import type { RunRequest } from "./run.ts";

/** The document as the worker reads it; `undefined` where it does not lie in a folder of this machine. */
export function sourceOf(document: vscode.TextDocument): ModelSource | undefined {
  if (document.uri.scheme !== "file") return undefined;
  const file = document.uri.fsPath;
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  return { text: document.getText(), file, root: folder?.uri.fsPath ?? dirname(file) };
}

/** What the trainer needs to run a model of a document, as the text is now; else why it cannot run, as a sentence. */
export function requestOf(
  document: vscode.TextDocument,
  model: ParsedModel,
  options: RunOptions,
): RunRequest | Plain {
  const source = sourceOf(document);
  if (!source)
    return plain`${model.name} cannot run: ${document.uri.path} is not a file on this machine. Save it first.`;
  const { spec } = model;
  if (!spec) {
    return plain`${model.name} cannot run: its file has problems, which the Problems view lists.`;
  }
  const origin = {
    uri: document.uri,
    file: vscode.workspace.asRelativePath(document.uri),
    model: model.name,
    fingerprint: fingerprintOf(spec),
    info: expectedRun(spec, outline(spec)),
  };
  return { origin, source, options };
}
