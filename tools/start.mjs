#!/usr/bin/env node
// `npm start`: builds, then opens the examples with the extension, in the desktop's VS Code where `code` is found,
// else in the browser. npm start -- [--browser] [--port N] [--user-data-dir DIR]
import path from "node:path";
import { parseArgs } from "node:util";
import { desktopCode, openDesktop } from "./desktop.mjs";
import { onNode24 } from "./node24.mjs";
import { build } from "./package.mjs";
import { serveExtension } from "./serve.mjs";
import { portFrom } from "./vscode/port.mjs";

await onNode24();

const DEFAULT_PORT = 8123;
const repo = path.resolve(import.meta.dirname, "..");
const folder = path.join(repo, "examples");
const file = path.join(folder, "vanishing.gradlens.json");

try {
  await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** What the arguments ask for. Throws with a sentence where they ask for what there is not. */
function wanted() {
  const { values } = parseArgs({
    options: {
      browser: { type: "boolean", default: false },
      port: { type: "string", default: process.env.PORT ?? String(DEFAULT_PORT) },
      "user-data-dir": { type: "string", default: path.join(repo, ".vscode-test", "start") },
    },
  });
  const { browser, "user-data-dir": userDataDir } = values;
  return { browser, userDataDir: path.resolve(userDataDir), port: portFrom(values.port) };
}

async function start() {
  const { browser, userDataDir, port } = wanted();
  console.log("Building …");
  build();
  const code = browser ? undefined : desktopCode();
  if (code !== undefined && openDesktop(code, { extension: repo, folder, file })) {
    console.log(`Opened the examples in ${code}. "npm start -- --browser" opens them in the browser.`);
    return;
  }
  if (code !== undefined)
    console.log(`${code} could not open a window; starting VS Code for the browser instead.`);
  await serveExtension({ folder, file, userDataDir, port });
}
