import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join, resolve } from "node:path";
import { runTests } from "@vscode/test-electron";
import * as esbuild from "esbuild";
import { quietSettings } from "../tools/vscode/settings.mjs";

export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** How late the extension host's event loop is. */
export interface Loop {
  /** While nobody does anything, and while somebody edits. */
  readonly idle: Delays;
  readonly busy: Delays;
  /** The longest delay of each edit, with all that it led to. */
  readonly stalls: readonly number[];
}

/** What it takes to edit one large file. Times are in milliseconds. */
export interface EditorRow {
  readonly models: number;
  readonly layersOfEach: number;
  readonly characters: number;
  /** From opening the file to all its lenses. */
  readonly lensesMs: number;
  /** From each edit to its diagnostics. */
  readonly answers: readonly number[];
  readonly loop: Loop;
  /** The same where the file has another name, which GradLens does not know: what VS Code and its own extensions do. */
  readonly without: Loop;
}

export interface EditorFigures {
  readonly rows: readonly EditorRow[];
}

const repo = resolve(import.meta.dirname, "..");

/** Edits large model files in a real VS Code, the one that GRADLENS_CODE names or that `tools/vscode` brings along. */
export async function measureEditor(): Promise<EditorFigures> {
  const scratch = mkdtempSync(join(os.tmpdir(), "gradlens-bench-editor-"));
  try {
    const bundle = join(scratch, "measure.cjs");
    await esbuild.build({
      absWorkingDir: repo,
      entryPoints: ["bench/editor/measure.ts"],
      outfile: bundle,
      bundle: true,
      format: "cjs",
      platform: "node",
      external: ["vscode"],
      logLevel: "warning",
    });
    const [workspace, userData, figures] = ["workspace", "user-data", "figures.json"].map((name) =>
      join(scratch, name),
    );
    mkdirSync(workspace);
    mkdirSync(join(userData, "User"), { recursive: true });
    writeFileSync(join(userData, "User", "settings.json"), JSON.stringify(quietSettings));
    process.env.GRADLENS_FIGURES = figures;
    await runTests({
      vscodeExecutablePath: process.env.GRADLENS_CODE ?? join(repo, "tools", "vscode", "code.mjs"),
      extensionDevelopmentPath: repo,
      extensionTestsPath: bundle,
      launchArgs: [
        workspace,
        "--disable-extensions",
        `--user-data-dir=${userData}`,
        `--extensions-dir=${join(scratch, "extensions")}`,
      ],
    });
    return JSON.parse(readFileSync(figures, "utf8")) as EditorFigures;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
