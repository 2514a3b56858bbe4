import { languageInUse } from "../l10n/translate.ts";
import type { ToWebview } from "../protocol/webview.ts";
import { classesOf, variablesOf, type ThemeName } from "./themes.ts";

/** What a report is made of: the panel's own bundle, and what it would be told. */
export interface ReportParts {
  readonly title: string;
  /** What is said below: where the run came from. */
  readonly origin: string;
  readonly script: string;
  readonly style: string;
  /** The icons' font, as base64. */
  readonly font: string;
  /** What a panel would be told, in this order. */
  readonly messages: readonly ToWebview[];
  /** Of random bytes, as base64. */
  readonly nonce: string;
}

/**
 * A run as one file that a browser shows without a network: the panel as it is, with the history within. Scripts other than its own
 * are refused, and so is whatever would be fetched.
 */
export function reportHtml({ title, origin, script, style, font, messages, nonce }: ReportParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "font-src data:",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const icons = `url(data:font/ttf;base64,${font})`;
  return `<!DOCTYPE html>
<html lang="${languageInUse().code}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style nonce="${nonce}">${style.replace(/url\([^)]*codicon[^)]*\)/g, () => icons)}
${THEMES}
${OWN}</style>
</head>
<body>
<div id="app"></div>
<footer>${text(origin)}</footer>
${languageElement()}
<script type="application/json" id="messages">${embedded(messages)}</script>
<script nonce="${nonce}">${HOST}</script>
<script nonce="${nonce}">${script.replaceAll("</script", "<\\/script")}</script>
</body>
</html>
`;
}

/** The language that the page's script speaks, as an element which runs nothing. */
export function languageElement(): string {
  const { code, texts } = languageInUse();
  const json = JSON.stringify({ code, texts }).replaceAll("<", "\\u003c");
  return `<script type="application/json" id="language">${json}</script>`;
}

/** Messages as JSON that may stand in a page: arrays of numbers as base64, and no sign that would end the element. */
export const embedded = (messages: readonly ToWebview[]): string =>
  JSON.stringify(messages, (_, value: unknown) =>
    value instanceof Float64Array ? { [ARRAY]: base64(value) } : value,
  ).replaceAll("<", "\\u003c");

const ARRAY = "float64";

function base64({ buffer, byteOffset, byteLength }: Float64Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) parts.push(encoded(bytes.subarray(at, at + PIECE)));
  return parts.join("");
}

/** A multiple of three, so that the pieces' texts can be joined. */
const PIECE = 3 * 8192;

const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function encoded(bytes: Uint8Array): string {
  let all = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const three = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const sign = (shift: number): string => SIGNS[(three >> shift) & 63] ?? "";
    all += sign(18) + sign(12) + (left > 1 ? sign(6) : "=") + (left > 2 ? sign(0) : "=");
  }
  return all;
}

const text = (value: string): string => value.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const variables = (theme: ThemeName): string =>
  `:root { ${Object.entries(variablesOf(theme))
    .map(([name, value]) => `${name}: ${value};`)
    .join(" ")} }`;

/** The editor's own themes, by what the reader's system asks for. */
const THEMES = [
  variables("dark"),
  `@media (prefers-color-scheme: light), print { ${variables("light")} }`,
  `@media (prefers-contrast: more) { ${variables("high-contrast")} }`,
  `@media (prefers-contrast: more) and (prefers-color-scheme: light) { ${variables("high-contrast-light")} }`,
].join("\n");

/** There is nothing to run here. */
const OWN = `
body { max-width: 1100px; margin: 0 auto; padding: 16px; background: var(--vscode-editor-background); }
.controls { display: none; }
footer { margin: 24px 0 8px; color: var(--vscode-descriptionForeground); }`;

/** What VS Code is for a panel: it answers \`ready\`, and says which theme there is. */
const HOST = `(() => {
  const revive = (_, value) => {
    if (typeof value?.${ARRAY} !== "string") return value;
    const bytes = Uint8Array.from(atob(value.${ARRAY}), (sign) => sign.charCodeAt(0));
    return new Float64Array(bytes.buffer);
  };
  const messages = JSON.parse(document.getElementById("messages").textContent, revive);
  const light = matchMedia("(prefers-color-scheme: light)");
  const contrast = matchMedia("(prefers-contrast: more)");
  const dress = () => {
    document.body.className = contrast.matches
      ? light.matches ? ${JSON.stringify(classesOf("high-contrast-light"))} : ${JSON.stringify(classesOf("high-contrast"))}
      : light.matches ? ${JSON.stringify(classesOf("light"))} : ${JSON.stringify(classesOf("dark"))};
  };
  dress();
  light.addEventListener("change", dress);
  contrast.addEventListener("change", dress);
  globalThis.acquireVsCodeApi = () => ({
    postMessage: ({ type }) => {
      if (type === "ready") queueMicrotask(() => messages.forEach((data) => dispatchEvent(new MessageEvent("message", { data }))));
    },
    getState: () => undefined,
    setState: () => undefined,
  });
})();`;
