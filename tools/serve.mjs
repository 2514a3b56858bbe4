// VS Code in the browser, with the extension installed from a package as a user would have it.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { packExtension } from "./package.mjs";
import { remoteUri, workbenchUrl } from "./vscode/address.mjs";
import { LAST_PORT } from "./vscode/port.mjs";
import { ensureServer } from "./vscode/install.mjs";
import { startServer } from "./vscode/server.mjs";

const PORTS_TRIED = 100;

/** Only for the first start: from then on the settings are the user's own. */
const FIRST_SETTINGS = {
  "chat.disableAIFeatures": true,
  "workbench.startupEditor": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "files.autoSave": "off", // the desktop's default; VS Code in a browser saves after a delay
};

/**
 * Serves until a signal ends it.
 * @param {{ folder: string, file: string, userDataDir: string, port: number }} what
 */
export async function serveExtension({ folder, file, userDataDir, port }) {
  const extensionsDir = path.join(userDataDir, "extensions");
  writeFirstSettings(path.join(userDataDir, "User", "settings.json"));
  console.log("Preparing VS Code …");
  const { node, main } = ensureServer();
  console.log("Installing the extension …");
  const vsix = path.join(userDataDir, "gradlens.vsix");
  await packExtension(vsix);
  const folders = ["--user-data-dir", userDataDir, "--extensions-dir", extensionsDir];
  execFileSync(
    node,
    [main, "--accept-server-license-terms", ...folders, "--install-extension", vsix, "--force"],
    {
      stdio: ["ignore", "ignore", "inherit"],
    },
  );

  console.log("Starting VS Code …");
  const token = randomBytes(18).toString("base64url");
  const server = await startServer({ userDataDir, extensionsDir, token, port: await freePort(port) });
  /** @type {Promise<void> | undefined} */
  let stopped;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => void (stopped ??= server.stop()));
  const url = workbenchUrl(server, { folder, payload: [["openFile", remoteUri(server, file)]], token });
  console.log(`\nVS Code is at\n\n  ${url}\n\nCtrl+C ends it.`);

  const code = await server.exited;
  if (stopped) return stopped;
  console.error(`The VS Code server exited with ${code}:\n${server.output()}`);
  process.exitCode = 1;
}

/** @param {string} file */
function writeFirstSettings(file) {
  if (fs.existsSync(file)) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(FIRST_SETTINGS, undefined, 2)}\n`);
}

/** The first port from `port` on that nobody uses. @param {number} port */
async function freePort(port) {
  const last = Math.min(port + PORTS_TRIED - 1, LAST_PORT);
  for (let candidate = port; candidate <= last; candidate++) {
    if (await isFree(candidate)) return candidate;
  }
  throw new Error(`None of the ports ${port} to ${last} is free; name another: npm start -- --port N`);
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
