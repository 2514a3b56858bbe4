import * as vscode from "vscode";
import { t } from "../l10n/translate.ts";
import { plain } from "../text/quote.ts";
import { diagnostic, quickFix } from "./say.ts";
import { isModelFile, MODEL_FILES, openModelFiles } from "./models.ts";

/** JSON with Comments: what the manifest gives to model files, unless an association of the user's says otherwise. */
const LANGUAGE = "jsonc";

const COMMAND = "gradlens.useJsonc";
const CODE = "file.language";

/** Names of model files, as `files.associations` takes them. */
const NAMES = ["gradlens.json", "*.gradlens.json"] as const;

const isElsewhere = (document: vscode.TextDocument): boolean =>
  isModelFile(document) && document.languageId !== LANGUAGE;

/**
 * Says, at the top of a model file that the editor takes for another language, what that costs and which setting does it, with
 * a quick fix that sets it. Run, lenses and problems do not depend on the language; completion and the mark on comments do.
 */
export function watchAssociations(): vscode.Disposable {
  const told = vscode.languages.createDiagnosticCollection("gradlens language");
  const show = (document: vscode.TextDocument): void => {
    if (isElsewhere(document) && !document.isClosed) told.set(document.uri, [diagnosticOf(document)]);
    else told.delete(document.uri);
  };
  openModelFiles().forEach(show);
  return vscode.Disposable.from(
    told,
    // A document whose language changes is closed and opened.
    vscode.workspace.onDidOpenTextDocument(show),
    vscode.workspace.onDidCloseTextDocument((document) => told.delete(document.uri)),
    vscode.commands.registerCommand(COMMAND, useJsonc),
    vscode.languages.registerCodeActionsProvider({ pattern: MODEL_FILES }, fixes, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
}

function diagnosticOf(document: vscode.TextDocument): vscode.Diagnostic {
  const cost =
    document.languageId === "json"
      ? t`comments are marked as errors`
      : t`completion and explanations are missing`;
  const message = plain`The editor takes this model file for "${document.languageId}", by a setting files.associations or by hand: ${cost}. Model files are JSON with Comments ("${LANGUAGE}").`;
  const line = document.lineAt(0).range;
  const found = diagnostic(line, message, vscode.DiagnosticSeverity.Information);
  found.source = "GradLens";
  found.code = CODE;
  return found;
}

const fixes: vscode.CodeActionProvider = {
  provideCodeActions(_document, _range, { diagnostics }) {
    const about = diagnostics.filter(({ source, code }) => source === "GradLens" && code === CODE);
    if (about.length === 0) return [];
    const title = vscode.workspace.workspaceFolders
      ? plain`Take model files for JSON with Comments in this workspace`
      : plain`Take model files for JSON with Comments from now on`;
    const action = quickFix(title);
    action.command = { title, command: COMMAND };
    action.diagnostics = about;
    action.isPreferred = true;
    return [action];
  },
};

/** Once for the workspace; for the user where no folder is open. Files that are open follow at once. */
async function useJsonc(): Promise<void> {
  const { ConfigurationTarget, workspace } = vscode;
  const target = workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
  const files = workspace.getConfiguration("files");
  const known = files.inspect<Readonly<Record<string, string>>>("associations");
  const there = target === ConfigurationTarget.Workspace ? known?.workspaceValue : known?.globalValue;
  const ours = Object.fromEntries(NAMES.map((name) => [name, LANGUAGE]));
  await files.update("associations", { ...there, ...ours }, target);
  await Promise.all(
    openModelFiles()
      .filter(isElsewhere)
      .map((document) => vscode.languages.setTextDocumentLanguage(document, LANGUAGE)),
  );
}
