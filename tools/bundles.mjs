// The files that are bundled into dist/, and how.
import path from "node:path";

const repo = path.resolve(import.meta.dirname, "..");

/** @typedef {import("esbuild").BuildOptions} BuildOptions */

/** @type {BuildOptions} */
const forNode = {
  platform: "node",
  target: "node20",
  mainFields: ["module", "main"], // jsonc-parser's `main` is UMD, whose requires cannot be bundled
};
/** @type {BuildOptions} */
const forBrowser = { platform: "browser", target: "chrome138" }; // what VS Code 1.106 is built on

/** @typedef {{ from: string, to: string, options: Omit<BuildOptions, "metafile">, maxKB?: number, executable?: boolean }} Bundle */

/**
 * One row per file that is built.
 * @type {readonly Bundle[]}
 */
export const bundles = [
  {
    from: "src/extension.ts",
    to: "extension.cjs",
    options: { ...forNode, format: "cjs", external: ["vscode"] },
    maxKB: 240,
  },
  { from: "src/worker/main.ts", to: "worker.cjs", options: { ...forNode, format: "cjs" } },
  { from: "src/process/main.ts", to: "engine-process.cjs", options: { ...forNode, format: "cjs" } },
  { from: "src/worker/reading.ts", to: "reader.cjs", options: { ...forNode, format: "cjs" } },
  { from: "src/worker/kernelThread.ts", to: "kernel-thread.cjs", options: { ...forNode, format: "cjs" } },
  { from: "src/cli.ts", to: "cli.js", options: { ...forNode, format: "esm" }, executable: true },
  { from: "webview/main.ts", to: "webview.js", options: { ...forBrowser, format: "iife" }, maxKB: 600 },
  {
    from: "webview/style.css",
    to: "webview.css",
    options: { ...forBrowser, loader: { ".ttf": "file" }, assetNames: "[name]" },
  },
];

/**
 * What esbuild is asked for.
 * @param {Bundle} bundle
 * @returns {BuildOptions & { metafile: true }}
 */
export const optionsOf = ({ from, to, options }) => ({
  absWorkingDir: repo,
  entryPoints: [from],
  outfile: path.join(repo, "dist", to),
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  ...options,
});
