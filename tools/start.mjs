#!/usr/bin/env node
// `npm start`: builds, then opens the examples with the extension, in the desktop's VS Code where `code` is found,
// else in the browser. npm start -- [--browser] [--port N] [--user-data-dir DIR]
import path from "node:path";
import { parseArgs } from "node:util";
import { desktopCode, openDesktop } from "./desktop.mjs";
import { onNode24 } from "./node24.mjs";
import { build } from "./package.mjs";
import { serveExtension } from "./serve.mjs";

await onNode24();

const DEFAULT_PORT = 8123;
const repo = path.resolve(import.meta.dirname, "..");
const folder = path.join(repo, "examples");
const file = path.join(folder, "vanishing.gradlens.json");

const { values } = parseArgs({
  options: {
    browser: { type: "boolean", default: false },
    port: { type: "string", default: process.env.PORT ?? String(DEFAULT_PORT) },
    "user-data-dir": { type: "string", default: path.join(repo, ".vscode-test", "start") },
  },
});

try {
  await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function start() {
  console.log("Building …");
  build();
  const code = values.browser ? undefined : desktopCode();
  if (code !== undefined && openDesktop(code, { extension: repo, folder, file })) {
    console.log(`Opened the examples in ${code}. "npm start -- --browser" opens them in the browser.`);
    return;
  }
  if (code !== undefined)
    console.log(`${code} could not open a window; starting VS Code for the browser instead.`);
  await serveExtension({
    folder,
    file,
    userDataDir: path.resolve(values["user-data-dir"]),
    port: Number(values.port),
  });
}
