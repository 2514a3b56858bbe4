import * as vscode from "vscode";
import { useLanguage } from "../l10n/translate.ts";

/*
 * The editor's language, where there is a bundle of it: VS Code has read that before it loads the extension. Whoever imports this
 * file does so before all others: tables of texts are made when theirs is loaded.
 */
const { bundle, uri } = vscode.l10n;
if (bundle) {
  useLanguage({
    code: vscode.env.language,
    texts: bundle,
    ...(uri?.scheme === "file" && { file: uri.fsPath }),
  });
}
