import * as vscode from "vscode";
import { plain } from "../../text/quote.ts";
import { refuse } from "../running.ts";
import { inform } from "../say.ts";

/** A notebook is watched by its own cells: its kernel was started by somebody else, without the package on its path. */
export const refuseNotebook = (): undefined =>
  refuse(
    plain`A notebook is watched from its cells: import gradlens before the model is made, and call gradlens.watch(model).`,
    plain`Copy Import`,
    "gradlens.copyNotebookImport",
  );

/** Puts on the clipboard what a cell needs to import the package that comes with the extension, wherever it lies. */
export async function copyNotebookImport(extension: vscode.Uri): Promise<void> {
  const path = JSON.stringify(vscode.Uri.joinPath(extension, "python").fsPath);
  await vscode.env.clipboard.writeText(`import sys\nsys.path.append(${path})\nimport gradlens\n`);
  void inform(
    plain`Copied: paste it into the first cell, before the model is made, and call gradlens.watch(model) before the training.`,
  );
}
