import { createHash } from "node:crypto";
import * as vscode from "vscode";
import { cellText, isCell, notebookOf } from "./cells.ts";
import { cellKey } from "./places.ts";

/**
 * What a document may be to a program that reads its file: the bytes of the disk where it is saved, else what saving would write. A
 * cell is given to the program as it stands.
 */
export async function digestsOf(document: vscode.TextDocument): Promise<readonly string[]> {
  if (isCell(document)) return [sha256(cellText(document))];
  const text = document.getText();
  const digests = [text, `\ufeff${text}`].map(sha256);
  if (document.isDirty || document.isUntitled) return digests;
  try {
    return [sha256(await vscode.workspace.fs.readFile(document.uri))];
  } catch {
    return digests;
  }
}

const sha256 = (held: string | Uint8Array): string => createHash("sha256").update(held).digest("hex");

/** A cell by its text in its own notebook, or in whichever one where the run does not say in which. */
export function keysOf(cell: vscode.TextDocument, digests: readonly string[]): readonly string[] {
  const notebook = notebookOf(cell)?.uri;
  return digests.flatMap((digest) => [cellKey(digest, notebook), cellKey(digest)]);
}
