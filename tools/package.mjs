#!/usr/bin/env node
// `npm run package [-- FILE]`: builds, and packs what runs into a VSIX.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { onNode24 } from "./node24.mjs";

const repo = path.resolve(import.meta.dirname, "..");

/** Throws when something does not build. */
export function build() {
  const { status } = spawnSync(process.execPath, [path.join(import.meta.dirname, "build.mjs")], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("The build failed; the lines above say where.");
}

/** Packs what has been built. @param {string} file */
export async function packExtension(file) {
  const { createVSIX } = await import("@vscode/vsce");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  await createVSIX({
    cwd: repo,
    packagePath: file,
    dependencies: false, // all bundled
    allowMissingRepository: true,
    rewriteRelativeLinks: false, // the README's pictures are in the package
  });
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === import.meta.filename) {
  await onNode24();
  build();
  await packExtension(path.resolve(process.argv[2] ?? path.join(repo, "gradlens.vsix")));
}
