import { dirname } from "node:path";
import * as vscode from "vscode";
import type { ModelDigest } from "../model/digest.ts";
import type { RunInfo } from "../protocol/run.ts";
import type { ModelSource, RunOptions } from "../protocol/worker.ts";
import { plain, type Plain } from "../text/quote.ts";
import type { RunRequest } from "./runOrigin.ts";

/** The document as the worker reads it; `undefined` where it does not lie in a folder of this machine. */
export function sourceOf(document: vscode.TextDocument): ModelSource | undefined {
  if (document.uri.scheme !== "file") return undefined;
  const file = document.uri.fsPath;
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  return { text: document.getText(), file, root: folder?.uri.fsPath ?? dirname(file) };
}

/**
 * What the trainer needs to run a model of a document, as the text is now; else why it cannot run, as a sentence. `info` is what
 * the text says of the run, where the model can run.
 */
export function requestOf(
  document: vscode.TextDocument,
  model: ModelDigest,
  info: RunInfo | undefined,
  options: RunOptions,
): RunRequest | Plain {
  const source = sourceOf(document);
  if (!source)
    return plain`${model.name} cannot run: ${document.uri.path} is not a file on this machine. Save it first.`;
  const { spec } = model;
  if (!spec || !info) {
    return plain`${model.name} cannot run: its file has problems, which the Problems view lists.`;
  }
  const origin = {
    uri: document.uri,
    file: vscode.workspace.asRelativePath(document.uri),
    model: model.name,
    ...(model.base !== undefined && { base: model.base }),
    fingerprint: spec.fingerprint,
    info,
  };
  return { origin, source, options };
}
