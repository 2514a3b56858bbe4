// Opens a VS Code window in headless Chromium, with a server of its own.
import fs from "node:fs";
import path from "node:path";
import { remoteUri, workbenchUrl } from "./address.mjs";
import { launchChromium } from "./browser.mjs";
import { startServer } from "./server.mjs";
import { quietSettings } from "./settings.mjs";

/** Enough for a busy machine: a window takes two seconds on an idle one. */
const WAIT_MS = 60_000;

/**
 * @typedef {object} WindowOptions
 * @property {string} userDataDir
 * @property {string} [extensionsDir]
 * @property {string} [folder] a folder or .code-workspace file
 * @property {string} [openFile] shown when the window opens
 * @property {string} [extensionDevelopmentPath]
 * @property {Record<string, unknown>} [settings] over the quiet ones
 * @property {boolean} [workspaceTrust] false (the default) trusts every folder without asking
 * @property {boolean} [plain] the window exactly as people see it: VS Code's smoke-test driver, which is needed for
 *   extensionDevelopmentPath, hides notification toasts and opens some editors elsewhere; the page's configuration
 *   names the development extension instead
 * @property {{ width: number, height: number }} [viewport]
 * @property {string} [language] `de`: what extensions are told. VS Code's own texts stay English, since there is no language pack
 * @property {number} [deviceScaleFactor] 2 for pictures that people look at
 * @property {Record<string, string>} [env] of the server and the extension host
 *
 * @typedef {object} OpenWindow
 * @property {import("playwright-core").Page} page
 * @property {import("./server.mjs").Server} server
 * @property {string} machineSettingsFile followed live, unlike User/settings.json
 * @property {() => Promise<void>} close
 */

/** @param {WindowOptions} options @returns {Promise<OpenWindow>} */
export async function openWindow(options) {
  const machineSettingsFile = writeSettings(options);
  const starts = /** @type {const} */ ([openServer(options), launchChromium()]);
  const close = async () => {
    const [server, browser] = await Promise.allSettled(starts);
    if (browser.status === "fulfilled") await browser.value.close().catch(() => {});
    if (server.status === "fulfilled") await server.value.stop();
  };
  try {
    const [server, browser] = await Promise.all(starts);
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1400, height: 900 },
      deviceScaleFactor: options.deviceScaleFactor ?? 1,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    context.setDefaultTimeout(WAIT_MS);
    // What a language pack's messages would say.
    if (options.language) await context.addInitScript(saysLanguage, options.language);
    const page = await context.newPage();
    if (options.plain) await withoutDriver(page, server, options.extensionDevelopmentPath);
    await page.goto(pageUrl(server, options));
    await page.locator(".monaco-workbench").waitFor();
    if (options.plain) await page.locator(".part.statusbar .statusbar-item").first().waitFor();
    else await page.evaluate("driver.whenWorkbenchRestored()"); // there with the smoke-test driver
    return { page, server, machineSettingsFile, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs in the page. @param {string} language */
function saysLanguage(language) {
  Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: language });
}

/** @param {WindowOptions} options */
function writeSettings({ userDataDir, settings }) {
  const file = (/** @type {string} */ folder) => path.join(userDataDir, folder, "settings.json");
  const contents = { User: { ...quietSettings, ...settings }, Machine: {} };
  for (const [folder, values] of Object.entries(contents)) {
    fs.mkdirSync(path.join(userDataDir, folder), { recursive: true });
    fs.writeFileSync(file(folder), JSON.stringify(values, undefined, 2));
  }
  return file("Machine");
}

/** @param {WindowOptions} options */
const openServer = ({ userDataDir, extensionsDir, extensionDevelopmentPath, plain, workspaceTrust, env }) =>
  startServer({
    userDataDir,
    extensionsDir,
    smokeTestDriver: extensionDevelopmentPath !== undefined || !plain,
    args: workspaceTrust ? [] : ["--disable-workspace-trust"],
    env: env ?? {},
  });

/** @param {import("./server.mjs").Server} server @param {WindowOptions} options */
function pageUrl(server, { folder, openFile, extensionDevelopmentPath }) {
  /** @type {import("./address.mjs").PayloadEntry[]} */
  const payload = [
    ["skipWelcome", "true"],
    ["skipReleaseNotes", "true"],
  ];
  if (extensionDevelopmentPath) {
    payload.push(["extensionDevelopmentPath", remoteUri(server, extensionDevelopmentPath)]);
  }
  if (openFile) payload.push(["openFile", remoteUri(server, openFile)]);
  return workbenchUrl(server, { folder, payload });
}

/**
 * Takes the smoke-test driver out of the page's configuration and puts the development extension in.
 * @param {import("playwright-core").Page} page
 * @param {import("./server.mjs").Server} server
 * @param {string | undefined} extension
 */
async function withoutDriver(page, server, extension) {
  const location = extension && {
    scheme: "vscode-remote",
    authority: server.authority,
    path: path.resolve(extension),
  };
  await page.addInitScript((location) => {
    // The workbench is a module script: it runs after the document has become interactive.
    document.addEventListener("readystatechange", () => {
      const meta = document.getElementById("vscode-workbench-web-configuration");
      if (document.readyState !== "interactive" || !meta) return;
      const configuration = /** @type {{ developmentOptions: Record<string, unknown> }} */ (
        JSON.parse(meta.getAttribute("data-settings") ?? "")
      );
      delete configuration.developmentOptions["enableSmokeTestDriver"];
      if (location) configuration.developmentOptions["extensions"] = [location];
      meta.setAttribute("data-settings", JSON.stringify(configuration));
    });
  }, location);
}
