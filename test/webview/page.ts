import path from "node:path";
import * as esbuild from "esbuild";
import type { Browser, Page } from "playwright-core";
import type { Language } from "../../src/l10n/translate.ts";
import type { FromWebview, ToWebview } from "../../src/protocol/webview.ts";
import { launchChromium } from "../../tools/vscode/browser.mjs";
import { classesOf, variablesOf } from "../../src/text/themes.ts";
import type { ThemeName } from "../../src/text/themes.ts";

// A secure context, as VS Code's webviews are: the clipboard needs one.
const ORIGIN = "http://panel.localhost";
const NONCE = "test";

// As strict as the document that the extension makes.
const POLICY = [
  "default-src 'none'",
  `script-src 'nonce-${NONCE}'`,
  `style-src ${ORIGIN} 'nonce-${NONCE}'`,
  "style-src-attr 'unsafe-inline'",
  `font-src ${ORIGIN}`,
  `img-src ${ORIGIN} data:`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

// The part of VS Code's own API that a webview has; what it is told to keep outlives a reload, as there.
const VSCODE_API = `
  window.sent = [];
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => sent.push(message),
    getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null") ?? undefined,
    setState: (state) => sessionStorage.setItem("state", JSON.stringify(state)),
  });`;

const htmlIn = (language: Language | undefined): string => `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
    <meta property="csp-nonce" content="${NONCE}" />
    <link rel="stylesheet" href="webview.css" />
    <title>Gradients</title>
  </head>
  <body>
    <div id="app"></div>
    <script type="application/json" id="language">${language ? JSON.stringify(language) : ""}</script>
    <script nonce="${NONCE}">${VSCODE_API}</script>
    <script nonce="${NONCE}" src="webview.js"></script>
  </body>
</html>`;

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".ttf": "font/ttf",
};

/** The webview in a browser, as VS Code would hold it. */
export interface PanelPage {
  readonly page: Page;
  /** What the browser complained of: errors, and what the policy refused. */
  readonly complaints: readonly string[];
  post(messages: ToWebview | readonly ToWebview[]): Promise<void>;
  /** What the webview has sent, `ready` included. */
  sent(): Promise<readonly FromWebview[]>;
  setTheme(theme: ThemeName): Promise<void>;
  /** Waits until what was posted is drawn. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface BrowserOptions {
  /** The folder of the webview. */
  readonly webview?: string;
  /** English where there is none. */
  readonly language?: Language;
}

/** Opens pages with the webview; `size` is that of its bundle in bytes. */
export async function openBrowser({
  webview = path.resolve(import.meta.dirname, "..", "..", "webview"),
  language,
}: BrowserOptions = {}): Promise<{
  readonly size: number;
  /** `zoom`: of the window, which is so wide and so high as it is seen. */
  open(width: number, theme: ThemeName, height?: number, zoom?: number): Promise<PanelPage>;
  close(): Promise<void>;
}> {
  const [files, browser] = await Promise.all([bundle(webview), launchChromium()]);
  return {
    size: files.get("/webview.js")?.length ?? Infinity,
    open: (width, theme, height = 900, zoom = 1) =>
      openPanel(
        browser,
        { files, html: htmlIn(language) },
        { width: width / zoom, height: height / zoom },
        theme,
        zoom,
      ),
    close: () => browser.close(),
  };
}

/** Puts a table in the place of every chart. */
export const showTables = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const swap of document.querySelectorAll<HTMLElement>('[aria-label="Show as table"]')) swap.click();
  });

type Files = ReadonlyMap<string, Buffer>;

async function bundle(webview: string): Promise<Files> {
  const options = { bundle: true, minify: true, write: false, outdir: "/", logLevel: "warning" } as const;
  const [script, style] = await Promise.all([
    esbuild.build({ ...options, entryPoints: { webview: path.join(webview, "main.ts") }, format: "iife" }),
    esbuild.build({
      ...options,
      entryPoints: { webview: path.join(webview, "style.css") },
      loader: { ".ttf": "file" },
      assetNames: "[name]",
    }),
  ]);
  const outputs = [...script.outputFiles, ...style.outputFiles];
  return new Map(
    outputs.map(({ path: file, contents }) => [`/${path.basename(file)}`, Buffer.from(contents)]),
  );
}

async function openPanel(
  browser: Browser,
  { files, html }: { readonly files: Files; readonly html: string },
  viewport: { readonly width: number; readonly height: number },
  theme: ThemeName,
  deviceScaleFactor: number,
): Promise<PanelPage> {
  const permissions = ["clipboard-read", "clipboard-write"];
  const context = await browser.newContext({ viewport, deviceScaleFactor, permissions });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  await page.route("**/*", (route) => {
    const { pathname } = new URL(route.request().url());
    const body = files.get(pathname);
    if (body) return route.fulfill({ body, contentType: TYPES[path.extname(pathname)] });
    return pathname === "/" ? route.fulfill({ body: html, contentType: "text/html" }) : route.abort();
  });
  await page.goto(`${ORIGIN}/`);
  const panel: PanelPage = {
    page,
    complaints,
    async post(messages) {
      for (const message of "type" in messages ? [messages] : messages)
        await page.evaluate((data) => window.postMessage(data, "*"), asVsCodeSends(message));
      await panel.settle();
    },
    sent: () => page.evaluate(() => (window as unknown as { sent: FromWebview[] }).sent),
    async setTheme(next) {
      await page.evaluate(applyTheme, { classes: classesOf(next), variables: variablesOf(next) });
      await panel.settle();
    },
    // One frame for the message, one for the drawing it asked for, one for what that did to the layout, one for what came into sight.
    settle: () =>
      page.evaluate(async () => {
        for (let i = 0; i < 4; i++) await new Promise(requestAnimationFrame);
      }),
    close: () => context.close(),
  };
  await panel.setTheme(theme);
  return panel;
}

function applyTheme(theme: {
  readonly classes: string;
  readonly variables: Readonly<Record<string, string>>;
}): void {
  document.body.className = theme.classes;
  document.documentElement.removeAttribute("style");
  for (const [name, value] of Object.entries(theme.variables)) {
    document.documentElement.style.setProperty(name, value);
  }
  // As the side bar behind a webview is painted: tools that measure contrast see what is behind a text.
  document.body.style.setProperty("background-color", "var(--vscode-sideBar-background)");
}

/** As JSON, in which a NaN becomes null, but for typed arrays. */
function asVsCodeSends<T>(value: T): T {
  if (typeof value === "number") return (Number.isFinite(value) ? value : null) as T;
  if (Array.isArray(value)) return value.map(asVsCodeSends) as T;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asVsCodeSends(inner)])) as T;
}
