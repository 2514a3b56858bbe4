import * as vscode from "vscode";
import { LatestRuns } from "./figures.ts";
import { isModelFile, type Models } from "./models.ts";
import type { Panel } from "./panel.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { Throttle } from "./throttle.ts";

const EVERY_MS = 100;

/** The layer whose declaration the cursor is on; absent: it is on none. `undefined`: the focus has gone elsewhere, and the cursor stays. */
export function layerAtCursor(
  models: Models,
  runs: Runs,
): { readonly run: Run | undefined; readonly layer: string | undefined } | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isModelFile(editor.document)) return undefined;
  const declared = models.at(editor.document, editor.selection.active);
  const figures = declared && new LatestRuns(models, runs, editor.document).figures(declared);
  return { run: figures?.run, layer: figures?.run.info.layers[figures.rows[0] ?? -1]?.path };
}

/** Marks the layer that the cursor is on in the panel. */
export function followCursor(models: Models, runs: Runs, panel: Panel): vscode.Disposable {
  let last = "";
  const follow = new Throttle(
    () => EVERY_MS,
    () => {
      const at = layerAtCursor(models, runs);
      if (!at) return;
      const key = `${at.run?.id} ${at.layer}`;
      if (key === last) return;
      last = key;
      panel.mark(at.run, at.layer);
    },
  );
  return vscode.Disposable.from(
    follow,
    vscode.window.onDidChangeTextEditorSelection(() => follow.request()),
  );
}
