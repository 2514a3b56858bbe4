import * as vscode from "vscode";
import type { Anchors } from "./anchors.ts";
import type { Panel } from "./panel.ts";
import type { Run } from "./run.ts";
import { Throttle } from "./throttle.ts";

const EVERY_MS = 100;

/** The layer whose declaration the cursor is on; absent: it is on none. `undefined`: the focus has gone elsewhere, and the cursor stays. */
export function layerAtCursor(
  anchors: Anchors,
): { readonly run: Run | undefined; readonly layer: string | undefined } | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !anchors.has(editor.document)) return undefined;
  const declared = anchors.at(editor.document, editor.selection.active);
  const figures = declared && anchors.now(editor.document).figures(declared);
  return { run: figures?.run, layer: figures?.run.info.layers[figures.rows[0] ?? -1]?.path };
}

/** Marks the layer that the cursor is on in the panel. */
export function followCursor(anchors: Anchors, panel: Panel): vscode.Disposable {
  let last = "";
  const follow = new Throttle(
    () => EVERY_MS,
    () => {
      const at = layerAtCursor(anchors);
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
