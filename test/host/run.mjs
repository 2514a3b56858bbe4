#!/usr/bin/env node
// Runs test/host inside VS Code, through @vscode/test-electron: in the desktop that GRADLENS_CODE names, else in the
// VS Code that tools/vscode brings along. GRADLENS_GREP picks tests by name.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { runTests } from "@vscode/test-electron";
import * as esbuild from "esbuild";
import { quietSettings } from "../../tools/vscode/settings.mjs";

const here = import.meta.dirname;
const repo = path.resolve(here, "..", "..");
/** Figures that follow an edit would take the place of those that the tests wait for: `probe.test.ts` turns them on. */
const settings = { ...quietSettings, "gradlens.probe": false };

const bundles = path.join(repo, "dist", "test", "host");

/** VS Code loads JavaScript: each test file becomes a bundle of its own, beside the one that runs them. */
async function bundleTests() {
  fs.rmSync(bundles, { recursive: true, force: true });
  await esbuild.build({
    absWorkingDir: repo,
    entryPoints: ["test/host/index.ts", ...fs.globSync("test/host/*.test.ts", { cwd: repo })],
    outdir: bundles,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"], // as tools/build.mjs does, for jsonc-parser
    external: ["vscode", "mocha"],
    sourcemap: "inline",
    logLevel: "warning",
  });
}

await bundleTests();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-host-"));
try {
  const workspace = path.join(scratch, "workspace");
  fs.cpSync(path.join(here, "workspace"), workspace, { recursive: true });
  const userData = path.join(scratch, "user-data");
  fs.mkdirSync(path.join(userData, "User"), { recursive: true });
  fs.writeFileSync(path.join(userData, "User", "settings.json"), JSON.stringify(settings));

  await runTests({
    vscodeExecutablePath: process.env.GRADLENS_CODE ?? path.join(repo, "tools", "vscode", "code.mjs"),
    extensionDevelopmentPath: repo,
    extensionTestsPath: path.join(bundles, "index.cjs"),
    launchArgs: [
      workspace,
      "--disable-extensions",
      `--user-data-dir=${userData}`,
      `--extensions-dir=${path.join(scratch, "extensions")}`,
    ],
  });
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
