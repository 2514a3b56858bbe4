import * as vscode from "vscode";
import { plain } from "../text/quote.ts";
import type { Models } from "./models.ts";
import { refuse, type Running } from "./running.ts";

/**
 * Opens a model as a PyTorch program in a new editor, to be saved where the user likes: beside the model file it finds the
 * model's data. Nothing is written before that.
 */
export async function exportPyTorch(
  models: Models,
  running: Running,
  uri?: vscode.Uri,
  name?: string,
): Promise<void> {
  const target = await running.choose(plain`Export to PyTorch`, uri, name);
  if (!target) return;
  const content = await models.program(target.document, target.model.name);
  if (content === undefined) {
    const message = plain`${target.model.name} cannot be exported: its file has problems, which the Problems view lists.`;
    return refuse(message, plain`Show Problems`, "workbench.actions.view.problems");
  }
  const program = await vscode.workspace.openTextDocument({ language: "python", content });
  await vscode.window.showTextDocument(program, { preview: false });
}
