// The tools and tests run TypeScript sources as they are, which takes Node 24. npm scripts find it by themselves
// (node_modules/.bin comes first in their PATH); this is for whoever starts a script directly with an older Node.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const REQUIRED = 24;
const repo = path.resolve(import.meta.dirname, "..");
const windows = process.platform === "win32";

/** The repository's own Node 24, the oldest that is supported; undefined where this platform has none. */
export const ownNode24 = () => nodeIn(repo);

/** The Node that a folder's npm packages bring for this platform, if any. @param {string} folder */
export function nodeIn(folder) {
  const name = `node-${windows ? "win" : process.platform}-${process.arch}`;
  const file = path.join(folder, "node_modules", name, "bin", windows ? "node.exe" : "node");
  return fs.existsSync(file) ? file : undefined;
}

/** The running Node where it is new enough, else the repository's own. Throws where there is neither. */
export function node24() {
  if (Number(process.versions.node.split(".")[0]) >= REQUIRED) return process.execPath;
  const own = ownNode24();
  if (own) return own;
  throw new Error(
    `This needs Node ${REQUIRED}; found ${process.version} and none in node_modules. ` +
      `Run "npm ci" (without --omit=optional), or install Node ${REQUIRED} or newer from https://nodejs.org.`,
  );
}

/**
 * Returns when this process is Node 24 or newer. On an older one, runs the same command line with the
 * repository's own Node 24 and ends with its exit code.
 */
export async function onNode24() {
  const node = node24();
  if (node === process.execPath) return;
  const child = spawn(node, process.argv.slice(1), {
    stdio: "inherit",
    env: { ...process.env, PATH: path.dirname(node) + path.delimiter + process.env.PATH },
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => child.kill(signal));
  }
  /** @type {number} */
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) => resolve(status ?? 1));
  });
  process.exit(code);
}
