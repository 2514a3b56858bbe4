import * as vscode from "vscode";
import type { Lenses } from "./codeLens.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { figuresHover } from "./hover.ts";
import { MODEL_FILES, type Models } from "./models.ts";
import { quickFixes } from "./quickFix.ts";
import type { Runs } from "./runs.ts";

const FILES: vscode.DocumentSelector = { pattern: MODEL_FILES };

/** What the editor shows in model files beyond what the JSON Schema gives. */
export const registerLanguage = (
  models: Models,
  runs: Runs,
  lenses: Lenses,
  diagnostics: Diagnostics,
): vscode.Disposable =>
  vscode.Disposable.from(
    vscode.languages.registerCodeLensProvider(FILES, lenses),
    vscode.languages.registerHoverProvider(FILES, figuresHover(models, runs)),
    vscode.languages.registerCodeActionsProvider(
      FILES,
      quickFixes((document) => diagnostics.problems(document)),
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
