import * as vscode from "vscode";
import type { Lenses } from "./codeLens.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { findingFixes } from "./findingFixes.ts";
import type { Findings } from "./findings.ts";
import { figuresHover } from "./hover.ts";
import { isModelFile, type Models } from "./models.ts";
import { quickFixes } from "./quickFix.ts";
import type { Runs } from "./runs.ts";
import { modelDocuments, programDocuments, userSchemes } from "./userFiles.ts";
import type { Anchors } from "./anchors.ts";

/** What the editor shows in model files beyond what the JSON Schema gives, and in programs that are watched. */
export function registerLanguage(
  models: Models,
  runs: Runs,
  lenses: Lenses,
  diagnostics: Diagnostics,
  findings: Findings,
  anchors: Anchors,
): vscode.Disposable {
  const hover = figuresHover(anchors, findings);
  const fixes = quickFixes(async (document) => {
    if (!isModelFile(document)) return [];
    await models.read(document);
    return diagnostics.problems(document);
  });
  const remedies = findingFixes(models, runs, findings);
  const register = (): vscode.Disposable => {
    void vscode.commands.executeCommand("setContext", "gradlens.schemes", userSchemes());
    const documents = modelDocuments();
    const shown = [...documents, ...programDocuments()];
    return vscode.Disposable.from(
      vscode.languages.registerCodeLensProvider(shown, lenses),
      vscode.languages.registerHoverProvider(shown, hover),
      vscode.languages.registerCodeActionsProvider(documents, fixes, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
      vscode.languages.registerCodeActionsProvider(documents, remedies, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    );
  };
  let registered = register();
  const folders = vscode.workspace.onDidChangeWorkspaceFolders(() => {
    registered.dispose();
    registered = register();
  });
  return new vscode.Disposable(() => {
    folders.dispose();
    registered.dispose();
  });
}
