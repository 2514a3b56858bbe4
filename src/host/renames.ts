import type * as vscode from "vscode";

/** A file or a folder has another name now, or lies elsewhere. */
export interface Rename {
  readonly from: vscode.Uri;
  readonly to: vscode.Uri;
}

/** Where a file is then; `undefined` where the rename does not touch it. */
export function renamed(file: vscode.Uri, { from, to }: Rename): vscode.Uri | undefined {
  if (file.scheme !== from.scheme || file.authority !== from.authority) return undefined;
  if (file.path !== from.path && !file.path.startsWith(`${from.path}/`)) return undefined;
  return to.with({ path: to.path + file.path.slice(from.path.length) });
}

/** Where it is after all of them. */
export const renamedBy = (file: vscode.Uri, renames: readonly Rename[]): vscode.Uri =>
  renames.reduce((at, rename) => renamed(at, rename) ?? at, file);
