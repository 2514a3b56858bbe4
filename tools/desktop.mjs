import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/**
 * The desktop's `code`: the one that GRADLENS_CODE names, else the first in PATH; undefined where there is none. In a
 * terminal of a remote window `code` is another program, which cannot load an extension under development.
 */
export function desktopCode() {
  if (process.env.GRADLENS_CODE) return process.env.GRADLENS_CODE;
  if (process.env.VSCODE_IPC_HOOK_CLI) return undefined;
  const name = process.platform === "win32" ? "code.cmd" : "code";
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

/**
 * Opens a window of the desktop's VS Code with the extension as it is in the repository. False when `code` cannot,
 * for want of a display say.
 * @param {string} code
 * @param {{ extension: string, folder: string, file: string }} what
 */
export function openDesktop(code, { extension, folder, file }) {
  const windows = process.platform === "win32";
  const args = [`--extensionDevelopmentPath=${extension}`, folder, "--goto", file];
  // A .cmd runs in a shell, which splits at spaces.
  const quoted = windows ? args.map((arg) => `"${arg}"`) : args;
  return spawnSync(windows ? `"${code}"` : code, quoted, { stdio: "inherit", shell: windows }).status === 0;
}
