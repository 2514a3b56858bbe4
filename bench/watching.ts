/**
 * `node bench/watching.ts [--auto] [W1 …]`: what the Python package adds to a step of the workloads, as exported PyTorch programs, as a
 * table in Markdown; `--auto`: what the budget buys, as shares of a step. Python is the one that GRADLENS_PYTHON names.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "../src/model/parse.ts";
import { exportModel } from "../src/pytorch/export.ts";
import { modelFile, type WorkloadName, workloadNames } from "./workloads.ts";

const folder = mkdtempSync(join(tmpdir(), "gradlens-watching-"));
const script = process.argv.includes("--auto") ? "budget.py" : "overhead.py";
const named = workloadNames.filter((name) => process.argv.includes(name));
const chosen = named.length > 0 ? named : workloadNames;

function write(name: WorkloadName): string {
  const { spec } = parse(modelFile(name)).models[0];
  if (!spec) throw new Error(`${name} has no model`);
  const file = join(folder, `${name}.py`);
  writeFileSync(file, exportModel(spec));
  return file;
}

const { status } = spawnSync(
  process.env["GRADLENS_PYTHON"] ?? "python3",
  [join(import.meta.dirname, "../python/bench", script), ...chosen.map(write)],
  {
    stdio: "inherit",
  },
);
rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;
