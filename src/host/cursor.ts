import * as vscode from "vscode";
import { LatestRuns } from "./figures.ts";
import { isModelFile, type Models } from "./models.ts";
import type { Panel } from "./panel.ts";
import type { Runs } from "./runs.ts";
import { Throttle } from "./throttle.ts";

const EVERY_MS = 100;

/** Marks the layer that the cursor is on in the panel. */
export function followCursor(models: Models, runs: Runs, panel: Panel): vscode.Disposable {
  let last = "";
  const follow = new Throttle(
    () => EVERY_MS,
    () => {
      const editor = vscode.window.activeTextEditor;
      // The cursor is still where it was when the focus has gone elsewhere.
      if (!editor || !isModelFile(editor.document)) return;
      const declared = models.at(editor.document, editor.selection.active);
      const figures = declared && new LatestRuns(models, runs, editor.document).figures(declared);
      const layer = figures?.run.info.layers[figures.rows[0] ?? -1]?.path;
      const key = `${figures?.run.id} ${layer}`;
      if (key === last) return;
      last = key;
      panel.mark(figures?.run, layer);
    },
  );
  return vscode.Disposable.from(
    follow,
    vscode.window.onDidChangeTextEditorSelection(() => follow.request()),
  );
}
