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

/** From an edit to what its probe shows, in milliseconds, of each edit. */
export interface ProbeTimes {
  readonly lenses: readonly number[];
  readonly gutter: readonly number[];
  readonly findings: readonly number[];
}

export interface ProbeFigures {
  /** Layers with weights. */
  readonly layers: number;
  /** From an edit that comes alone. */
  readonly alone: ProbeTimes;
  /** From the last of several, one soon after the other. */
  readonly typed: ProbeTimes;
}

const repo = resolve(import.meta.dirname, "..");

/** Edits large model files. */
export const measureEditor = (): Promise<EditorFigures> => inWindow("bench/editor/measure.ts");

/** Edits a deep model, and waits for what is shown of its first steps. */
export const measureProbe = (): Promise<ProbeFigures> => inWindow("bench/editor/probe.ts");

/** What an entry measures in a real VS Code, the one that GRADLENS_CODE names or that `tools/vscode` brings along. */
async function inWindow<Figures>(entry: string): Promise<Figures> {
  const scratch = mkdtempSync(join(os.tmpdir(), "gradlens-bench-editor-"));
  try {
    const bundle = join(scratch, "measure.cjs");
    await esbuild.build({
      absWorkingDir: repo,
      entryPoints: [entry],
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
    return JSON.parse(readFileSync(figures, "utf8")) as Figures;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
