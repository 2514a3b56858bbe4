#!/usr/bin/env node
// `npm run build`: everything that ships, into dist/, and the JSON Schema into media/.
// --frozen leaves the schema alone, so that a test can find it out of date.
import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { buildKernels, kernelSources } from "./kernels.mjs";
import { licenceText } from "./licences.mjs";
import { onNode24 } from "./node24.mjs";
import { schemaFile, schemaText } from "./schema.mjs";

await onNode24();

const repo = path.resolve(import.meta.dirname, "..");
const KB = 1024;

/** @type {esbuild.BuildOptions} */
const forNode = {
  platform: "node",
  target: "node20",
  mainFields: ["module", "main"], // jsonc-parser's `main` is UMD, whose requires cannot be bundled
};
/** @type {esbuild.BuildOptions} */
const forBrowser = { platform: "browser", target: "chrome138" }; // what VS Code 1.106 is built on

/**
 * One row per file that is built.
 * @type {{ from: string, to: string, options: esbuild.BuildOptions, maxKB?: number, executable?: boolean }[]}
 */
const bundles = [
  {
    from: "src/extension.ts",
    to: "extension.cjs",
    options: { ...forNode, format: "cjs", external: ["vscode"] },
    maxKB: 250,
  },
  { from: "src/worker/main.ts", to: "worker.cjs", options: { ...forNode, format: "cjs" } },
  { from: "src/worker/reading.ts", to: "reader.cjs", options: { ...forNode, format: "cjs" } },
  { from: "src/worker/thread.ts", to: "kernel-thread.cjs", options: { ...forNode, format: "cjs" } },
  { from: "src/cli.ts", to: "cli.js", options: { ...forNode, format: "esm" }, executable: true },
  { from: "webview/main.ts", to: "webview.js", options: { ...forBrowser, format: "iife" }, maxKB: 600 },
  {
    from: "webview/style.css",
    to: "webview.css",
    options: { ...forBrowser, loader: { ".ttf": "file" }, assetNames: "[name]" },
  },
];

/** @param {typeof bundles[number]} bundle */
async function build({ from, to, options, maxKB, executable }) {
  const outfile = path.join(repo, "dist", to);
  const { metafile } = await esbuild.build({
    absWorkingDir: repo,
    entryPoints: [from],
    outfile,
    bundle: true,
    minify: true,
    metafile: true,
    legalComments: "none",
    logLevel: "warning",
    ...options,
  });
  if (executable) makeExecutable(outfile);
  for (const input of Object.keys(metafile?.inputs ?? {})) inputs.add(input);
  for (const [file, { bytes }] of Object.entries(metafile?.outputs ?? {})) {
    console.log(`${file.padEnd(24)}${(bytes / KB).toFixed(1).padStart(8)} KB`);
  }
  const size = fs.statSync(outfile).size / KB;
  if (maxKB !== undefined && size > maxKB) {
    throw new Error(`dist/${to} has ${size.toFixed(1)} KB, more than the ${maxKB} KB it may have`);
  }
}

/** @param {string} file */
function makeExecutable(file) {
  const text = fs.readFileSync(file, "utf8");
  if (!text.startsWith("#!")) fs.writeFileSync(file, `#!/usr/bin/env node\n${text}`);
  fs.chmodSync(file, 0o755);
}

async function writeSchema() {
  writeChanged(schemaFile, await schemaText());
}

/** @type {Set<string>} */
const inputs = new Set();

function writeLicences() {
  writeChanged(path.join(repo, "dist", "licences.txt"), licenceText(repo, inputs));
}

/** @param {string} file @param {string} text */
function writeChanged(file, text) {
  if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) fs.writeFileSync(file, text);
}

/**
 * The order is that of the dependencies: what a bundle reads comes before it (a compiled kernel, say).
 * @type {{ name: string, run: () => void | Promise<void> }[]}
 */
const steps = [
  ...(process.argv.includes("--frozen") ? [] : [{ name: "src/model/schema.ts", run: writeSchema }]),
  { name: kernelSources, run: buildKernels },
  ...bundles.map((bundle) => ({ name: bundle.from, run: () => build(bundle) })),
  { name: "tools/licences.mjs", run: writeLicences },
];

for (const { name, run } of steps) {
  try {
    if (!fs.existsSync(path.join(repo, name))) throw new Error("there is no such file");
    await run();
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n"); // esbuild has shown the rest
    console.error(`Build of ${name} failed: ${reason}`);
    process.exitCode = 1;
  }
}
