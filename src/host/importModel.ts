import * as vscode from "vscode";
import { counted } from "../insight/format.ts";
import { importedModel } from "../text/importing/importedModel.ts";
import { plain } from "../text/quote.ts";
import type { Run } from "./run.ts";
import { warn } from "./say.ts";

/**
 * Opens a model file of a run's layers in a new editor, so that fixes can be tried on it: nothing is written before the user saves it.
 * Says which layers it could not take over.
 */
export async function importModel(run: Run): Promise<vscode.TextDocument> {
  const { text, left } = importedModel(run.info);
  const document = await vscode.workspace.openTextDocument({ language: "jsonc", content: text });
  await vscode.window.showTextDocument(document, { preview: false });
  if (left.length > 0) {
    void warn(
      plain`GradLens: ${counted(left.length, "layer")} of ${run.origin.model} have no counterpart in a model file and are left out: ${left.slice(0, 5).join(", ")}${left.length > 5 ? "…" : ""}.`,
    );
  }
  return document;
}
