import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { type Line, readStream } from "./stream.ts";

const command = process.env["GRADLENS_PYTHON"] ?? "python3";
const runner = join(import.meta.dirname, "../torch/watch.py");

/** Why the tests against PyTorch cannot run here; `false` where they can. */
export const skip: string | false = missing();

function missing(): string | false {
  const probe = spawnSync(command, ["-c", "import torch, numpy, safetensors"], { encoding: "utf8" });
  if (probe.status === 0) return false;
  const why = probe.error?.message ?? probe.stderr.trim().split("\n").at(-1) ?? "";
  return `no Python with torch, numpy and safetensors (${command}: ${why}): set GRADLENS_PYTHON to one that has them`;
}

/** A folder that is removed after the tests of the file. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-torch-"));
  after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes a file into a folder, which is made where it is missing. */
export function write(folder: string, name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

export interface Job {
  /** A Python file, or for `refuse` an expression. */
  readonly program: string;
  readonly mode: "main" | "data" | "watch" | "refuse";
}

/** What one Python process sees of all jobs, in their order: the lines that `watch.py` writes of each. */
export function runJobs(folder: string, jobs: readonly Job[]): readonly (readonly Line[])[] {
  const all = jobs.map((job, i) => ({ ...job, out: join(folder, `job${i}.jsonl`) }));
  const file = write(folder, "jobs.json", JSON.stringify(all));
  const { status, signal, error, stderr } = spawnSync(command, ["-W", "ignore", runner, file], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${command} ended with ${status ?? signal}: ${error?.message ?? stderr}`);
  return all.map(({ out }) => linesOf(readFileSync(out, "utf8")));
}

const linesOf = (text: string): readonly Line[] => (text.trim() === "" ? [] : readStream(text));

/** Throws where Python has: with its traceback. */
export function assertRan(lines: readonly Line[]): void {
  const failed = lines.find((line) => line["type"] === "error");
  if (failed) throw new Error(failed["message"] as string);
}

/** The numbers of a tensor that `watch.py` has written. */
export function tensorOf(written: unknown): {
  readonly shape: readonly number[];
  readonly values: Float32Array;
} {
  const { shape, data } = written as { shape: readonly number[]; data: string };
  const bytes = new Uint8Array(Buffer.from(data, "base64"));
  return { shape, values: new Float32Array(bytes.buffer) };
}
