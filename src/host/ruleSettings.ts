import * as vscode from "vscode";
import { plain } from "../text/quote.ts";
import type { Findings } from "./findings.ts";
import type { Runs } from "./runs.ts";
import { warn } from "./say.ts";
import { onDidChangeSettings, settings } from "./settings.ts";

const OPEN = plain`Open Settings`;

/** What was found follows the settings of findings at once, and what nobody can read of them is said once. */
export function followRules(runs: Runs, findings: Findings): vscode.Disposable {
  let said = "";
  const complain = async (): Promise<void> => {
    const problems = [...new Set(foldersOf().flatMap((folder) => settings.ruleProblems(folder)))];
    const all = problems.join("; ");
    if (all === said) return;
    said = all;
    if (all === "") return;
    const picked = await warn(
      plain`The setting gradlens.rules: ${all}${all.endsWith("?") ? "" : "."} The rest of it holds.`,
      OPEN,
    );
    if (picked === OPEN) await vscode.commands.executeCommand("workbench.action.openSettingsJson");
  };
  void complain();
  return onDidChangeSettings(() => {
    runs.judge();
    findings.readAgain();
    void complain();
  }, "rules");
}

/** Each may set findings in its own way; without a folder there are the user's settings alone. */
const foldersOf = (): readonly (vscode.Uri | undefined)[] =>
  vscode.workspace.workspaceFolders?.map(({ uri }) => uri) ?? [undefined];
