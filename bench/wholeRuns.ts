import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { exportModel } from "../src/pytorch/export.ts";
import { median } from "./median.ts";
import { specOf } from "./problem.ts";
import { missingPeers, python } from "./programs.ts";
import { dist } from "./wasm.ts";
import { modelFile, workloadNames, type WorkloadName } from "./workloads.ts";

/** How long a run takes as a process, from its start to its end, beside others of the same model. */
export interface WholeRun {
  readonly name: WorkloadName;
  readonly steps: number;
  /** Seconds of every round, by what ran. */
  readonly seconds: Readonly<Record<string, readonly number[]>>;
}

/** Some seconds of each workload. */
const STEPS: Readonly<Record<WorkloadName, number>> = {
  W1: 3000,
  W2: 500,
  W3: 4000,
  W4: 500,
  W5: 400,
  W6: 400,
  W7: 1000,
  W8: 400,
};

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

type Command = readonly [string, ...string[]];

/** Each as a user starts it. The editor's worker, its default first; the command; the exported program. */
function commands(file: string, program: string, name: WorkloadName): Readonly<Record<string, Command>> {
  const editor = join(import.meta.dirname, "peers", "editorRun.ts");
  return {
    "editor, `host`": [process.execPath, editor, file, name, "host"],
    "editor, `own`": [process.execPath, editor, file, name, "own"],
    "`gradlens run`": [process.execPath, join(dist, "cli.js"), "run", file],
    ...(missingPeers().has("PyTorch")
      ? {}
      : {
          "exported to PyTorch": [python, program],
          "the same on one thread": ["env", "OMP_NUM_THREADS=1", python, program],
        }),
  };
}

/** One round after the other, all of them in turn. */
export function measureRuns(): readonly WholeRun[] {
  const folder = mkdtempSync(join(os.tmpdir(), "gradlens-bench-"));
  try {
    return workloadNames.map((name) => {
      const [file, program] = [join(folder, `${name}.gradlens.json`), join(folder, `${name}.py`)];
      const text = modelFile(name, STEPS[name]);
      writeFileSync(file, text);
      writeFileSync(program, exportModel(specOf(text)));
      const ways = Object.entries(commands(file, program, name));
      const rounds = Array.from({ length: ROUNDS }, () => ways.map(([, command]) => secondsOf(command)));
      const seconds = Object.fromEntries(
        ways.map(([what], way) => [what, rounds.map((times) => Number(times[way].toPrecision(4)))]),
      );
      const shown = Object.entries(seconds).map(([what, times]) => `${what} ${median(times).toFixed(2)} s`);
      console.log(`${name}, ${STEPS[name]} steps: ${shown.join(", ")}`);
      return { name, steps: STEPS[name], seconds };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function secondsOf([file, ...args]: Command): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(file, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}: ${stderr.slice(-300)}`);
  return (performance.now() - start) / 1000;
}
