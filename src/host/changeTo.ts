import * as vscode from "vscode";

/** The edit after which a document has this text: what is the same at its beginning and at its end stays untouched. */
export function changeTo(document: vscode.TextDocument, text: string): vscode.WorkspaceEdit {
  const old = document.getText();
  const least = Math.min(old.length, text.length);
  let from = 0;
  while (from < least && old[from] === text[from]) from++;
  let kept = 0;
  while (kept < least - from && old.at(-1 - kept) === text.at(-1 - kept)) kept++;
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(from), document.positionAt(old.length - kept));
  edit.replace(document.uri, range, text.slice(from, text.length - kept));
  return edit;
}
