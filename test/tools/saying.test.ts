import assert from "node:assert/strict";
import { resolve } from "node:path";
import { suite, test } from "node:test";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";

const repo = resolve(import.meta.dirname, "../..");

/** What shows a text unquoted, one a line. */
const UNQUOTED = [
  'void vscode.window.showErrorMessage("x");',
  'void vscode.window["showWarningMessage"]("x");',
  "const { showInformationMessage } = vscode.window;",
  'void vscode.window.showQuickPick(["x"]);',
  "vscode.window.createQuickPick();",
  "void vscode.window.showInputBox();",
  "void vscode.window.withProgress({ location: 1 }, () => Promise.resolve());",
  'vscode.window.setStatusBarMessage("x");',
  "vscode.window.createStatusBarItem();",
  'vscode.window.createTerminal("x");',
  'new vscode.MarkdownString("x");',
  'new vscode.Hover("x");',
  'new vscode.Diagnostic(range, "x");',
  'new vscode.CodeAction("x");',
  'console.log("x");',
  'process.stdout.write("x");',
  'process.stderr.write("x");',
  'const cast = "x" as Plain;',
  'const other = "x" as Markdown;',
];

suite("text for people", () => {
  test("goes nowhere but through the files that quote it: the linter finds every other place", async () => {
    const rules = new ESLint({
      cwd: repo,
      // This rule needs no types, and so no program of the whole project.
      overrideConfig: [tseslint.configs.disableTypeChecked],
      ruleFilter: ({ ruleId }) => ruleId === "no-restricted-syntax",
    });
    const [result] = await rules.lintText(UNQUOTED.join("\n"), { filePath: `${repo}/src/host/hover.ts` });
    assert.deepEqual(
      result.messages.filter(({ fatal }) => fatal),
      [],
    );
    const found = new Set(result.messages.map(({ line }) => line));
    assert.deepEqual(
      UNQUOTED.filter((_, i) => !found.has(i + 1)),
      [],
    );
  });
});
