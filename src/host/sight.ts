import * as vscode from "vscode";

/** What comes into sight at the next turn of the wheel counts as in sight. */
export const MARGIN_LINES = 50;

/** Tells lines that an editor shows, or that lie at most `margin` lines beyond. */
export function isInSight(document: vscode.TextDocument, margin: number): (line: number) => boolean {
  const ranges = vscode.window.visibleTextEditors
    .filter((editor) => editor.document === document)
    .flatMap(({ visibleRanges }) => visibleRanges);
  return (line) => ranges.some(({ start, end }) => start.line - margin <= line && line <= end.line + margin);
}
