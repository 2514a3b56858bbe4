import * as vscode from "vscode";
import { t } from "../l10n/translate.ts";
import { messageOf } from "../protocol/rpc.ts";
import type { FromWebview, SaveFormat } from "../protocol/webview.ts";
import { plain } from "../text/quote.ts";
import { askWhereToSave, fail } from "./say.ts";

const KINDS: Readonly<Record<SaveFormat, string>> = {
  png: t`PNG image`,
  svg: t`SVG image`,
  csv: t`Comma-separated values`,
};

/** Writes a chart where the user likes. */
export async function saveChart({
  name,
  format,
  content,
}: FromWebview & { readonly type: "save" }): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = `${name.replace(/[^\p{L}\p{N}_-]+/gu, "-").slice(0, MOST_LETTERS)}.${format}`;
  const target = await askWhereToSave({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, file) }),
    filters: { [KINDS[format]]: [format] },
  });
  if (!target) return;
  try {
    await vscode.workspace.fs.writeFile(target, Buffer.from(content, format === "png" ? "base64" : "utf8"));
  } catch (error) {
    void fail(plain`The chart could not be saved: ${messageOf(error)}`);
  }
}

const MOST_LETTERS = 80;
