import * as vscode from "vscode";

/** A cell of a notebook is a document of its own. */
export const isCell = ({ uri }: vscode.TextDocument): boolean => uri.scheme === "vscode-notebook-cell";

export const notebookOf = (document: vscode.TextDocument): vscode.NotebookDocument | undefined =>
  vscode.workspace.notebookDocuments.find((notebook) => cellsOf(notebook).includes(document));

export const cellsOf = (notebook: vscode.NotebookDocument): readonly vscode.TextDocument[] =>
  notebook.getCells().map(({ document }) => document);

/** What the digest of a cell is of: as a program has it that was given the cell. */
export const cellText = (document: vscode.TextDocument): string => given(document.getText());

const given = (text: string): string => text.replaceAll("\r\n", "\n").replace(/\n+$/, "");

/** The same of all cells of a notebook's file; throws where it is none. */
export function cellsIn(file: string): readonly string[] {
  const { cells } = JSON.parse(file) as { readonly cells: readonly { readonly source: string | string[] }[] };
  return cells.map(({ source }) => given(typeof source === "string" ? source : source.join("")));
}

/** `undefined` where there is no such notebook any more. */
export async function openNotebook(uri: vscode.Uri): Promise<vscode.NotebookDocument | undefined> {
  try {
    return await vscode.workspace.openNotebookDocument(uri);
  } catch {
    return undefined;
  }
}

/** Shows the notebook of a cell, with the cell selected; nothing where the document is none. */
export async function showCell(document: vscode.TextDocument): Promise<void> {
  const notebook = isCell(document) ? notebookOf(document) : undefined;
  if (!notebook) return;
  const index = cellsOf(notebook).indexOf(document);
  const shown = vscode.window.visibleNotebookEditors.find((editor) => editor.notebook === notebook);
  const editor = await vscode.window.showNotebookDocument(notebook, {
    ...(shown?.viewColumn && { viewColumn: shown.viewColumn }),
    selections: [new vscode.NotebookRange(index, index + 1)],
  });
  editor.revealRange(editor.selection, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
}
