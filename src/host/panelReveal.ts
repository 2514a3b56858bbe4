import type * as vscode from "vscode";
import type { Panel } from "./panel.ts";
import type { Runs } from "./runs.ts";
import { settings } from "./settings.ts";

/** Shows the panel beside the code when a run starts, as often as the user wants that. The focus stays in the editor. */
export function revealAtRuns(runs: Runs, panel: Panel): vscode.Disposable {
  let first = true;
  return runs.onDidChange(({ what }) => {
    if (what !== "added") return;
    const wanted = settings.revealPanel();
    if (wanted === "always" || (wanted === "firstRun" && first)) void panel.show();
    first = false;
  });
}
