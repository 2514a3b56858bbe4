#!/usr/bin/env node
// `npm run build`: everything that ships, into dist/, and the JSON Schema into media/.
// --frozen leaves alone what is written from tables into the sources, so that a test can find it out of date.
import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { bundles, optionsOf } from "./bundles.mjs";
import { descriptorsFile, descriptorsText } from "./descriptors.mjs";
import { findingsFile, findingsText } from "./findings.mjs";
import { buildKernels, kernelSources } from "./kernels.mjs";
import { licenceText } from "./licences.mjs";
import { kindsFile, kindsText, loopsFile, loopsText } from "./activations.mjs";
import { bundleFile, bundleText, KINDS, languages } from "./l10n.mjs";
import { manifestTexts } from "./manifest.mjs";
import { onNode24 } from "./node24.mjs";
import { schemaFile, schemaText } from "./schema.mjs";
import { statisticsFile, statisticsText } from "./statistics.mjs";

await onNode24();

const repo = path.resolve(import.meta.dirname, "..");
const KB = 1024;

/** @param {import("./bundles.mjs").Bundle} bundle */
async function build(bundle) {
  const { to, maxKB, executable } = bundle;
  const outfile = path.join(repo, "dist", to);
  const { metafile } = await esbuild.build(optionsOf(bundle));
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
  for (const language of [undefined, ...languages()])
    writeChanged(schemaFile(language), await schemaText(language));
}

async function writeManifest() {
  for (const [file, text] of await manifestTexts()) writeChanged(file, text);
}

async function writeBundles() {
  for (const kind of KINDS) writeChanged(bundleFile(kind), await bundleText(kind));
}

async function writeActivations() {
  writeChanged(kindsFile, await kindsText());
  writeChanged(loopsFile, await loopsText());
}

async function writeDescriptors() {
  writeChanged(descriptorsFile, await descriptorsText());
}

async function writePages() {
  writeChanged(statisticsFile, await statisticsText());
  writeChanged(findingsFile, await findingsText());
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
  ...(process.argv.includes("--frozen")
    ? []
    : [
        { name: "src/model/schema.ts", run: writeSchema },
        { name: "src/model/rules.ts", run: writeManifest },
        { name: "src/l10n/translate.ts", run: writeBundles },
        { name: "src/protocol/statistics.ts", run: writePages },
        { name: "src/engine/activations", run: writeActivations },
        { name: "src/engine/kernels", run: writeDescriptors },
      ]),
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
