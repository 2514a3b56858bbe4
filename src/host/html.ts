import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { languageInUse } from "../l10n/translate.ts";
import { plain } from "../text/quote.ts";
import { languageElement } from "../text/report.ts";

/**
 * The panel's document. Nothing is allowed but the bundle's script by its nonce and what lies beside it. The toolkit's
 * components write style attributes, and one empty style sheet, by the nonce in `csp-nonce`, to find out what CSS can do.
 */
export function panelHtml(webview: vscode.Webview, dist: vscode.Uri): string {
  const [nonce, styleNonce] = [randomBytes(16).toString("base64"), randomBytes(16).toString("base64")];
  const at = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${styleNonce}'`,
    "style-src-attr 'unsafe-inline'",
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
    // What falls back on no default.
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${languageInUse().code}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta property="csp-nonce" content="${styleNonce}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${at("webview.css")}" />
    <title>${plain`Gradients`}</title>
  </head>
  <body>
    <div id="app"></div>
    ${languageElement()}
    <script nonce="${nonce}" src="${at("webview.js")}"></script>
  </body>
</html>
`;
}
