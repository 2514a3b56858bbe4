import * as vscode from "vscode";
import type { Anchors } from "./anchors.ts";
import type { Panel } from "./panel.ts";
import { Throttle } from "./throttle.ts";

const EVERY_MS = 100;

/** Marks the layer that the cursor is on in the panel. */
export function followCursor(anchors: Anchors, panel: Panel): vscode.Disposable {
  let last = "";
  const follow = new Throttle(
    () => EVERY_MS,
    () => {
      const editor = vscode.window.activeTextEditor;
      // The cursor is still where it was when the focus has gone elsewhere.
      if (!editor || !anchors.has(editor.document)) return;
      const declared = anchors.at(editor.document, editor.selection.active);
      const figures = declared && anchors.figures(editor.document)(declared);
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
