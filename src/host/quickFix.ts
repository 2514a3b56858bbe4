import * as vscode from "vscode";
import type { Problem } from "../protocol/problem.ts";
import { plain } from "../text/quote.ts";
import { quickFix } from "./say.ts";

/** Turns the fix of every problem at the place that is asked about into an action. */
export const quickFixes = (
  problemsOf: (document: vscode.TextDocument) => Promise<readonly Problem[]>,
): vscode.CodeActionProvider => ({
  provideCodeActions: async (document, range, { diagnostics }) =>
    (await problemsOf(document)).flatMap((problem) => {
      const { fix } = problem;
      const at = rangeOf(document, problem);
      if (!fix || !at.intersection(range)) return [];
      const action = quickFix(plain`${fix.title}`);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, at, fix.text);
      action.diagnostics = diagnostics.filter(
        ({ code, range: its }) => code === problem.code && its.isEqual(at),
      );
      action.isPreferred = true;
      return [action];
    }),
});

export const rangeOf = (
  document: vscode.TextDocument,
  { offset, length }: { readonly offset: number; readonly length: number },
): vscode.Range => new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
