import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { modelFile, workloadNames, type WorkloadName } from "../../bench/workloads.ts";
import { canRevectorize, REVECTORIZE } from "../../src/process/wideSimd.ts";
import { PATHS } from "../../src/protocol/path.ts";
import { dist } from "../support/wasm.ts";

/** Steps that take longer than 50 ms to compute; absent: 40. */
const STEPS: Readonly<Partial<Record<WorkloadName, number>>> = { W1: 400, W3: 400, W7: 120 };

const MODES = [
  { name: "128 bits", flags: [], engine: "engine: wasm", skip: false },
  {
    name: "256 bits",
    flags: [REVECTORIZE],
    engine: "engine: wasm, 256 bits",
    skip: canRevectorize() ? false : `not on ${process.arch} with V8 ${process.versions.v8}`,
  },
] as const;

suite("what computes each workload of the benchmark, as the command says it", () => {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-path-"));
  after(() => rmSync(folder, { recursive: true }));

  /** What the command says of how it computes, a line each, in a process with these flags. */
  const said = (name: WorkloadName, flags: readonly string[]): readonly string[] => {
    const file = join(folder, `${name}.gradlens.json`);
    writeFileSync(file, modelFile(name, STEPS[name] ?? 40));
    const { status, stderr } = spawnSync(
      process.execPath,
      [...flags, join(dist, "cli.js"), "run", file, "--verbose", "--threads", "1", "--no-wide-simd"],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    return stderr.split("\n");
  };

  for (const { name: mode, flags, engine, skip } of MODES) {
    for (const name of workloadNames) {
      test(`${name}: kernels of ${mode} from the first step on, and lists that are modules`, { skip }, () => {
        const lines = said(name, flags);
        assert.deepEqual(
          lines.filter((line) => line.startsWith("engine: ")),
          [engine],
        );
        assert.ok(lines.includes(PATHS.modules), lines.join("\n"));
      });
    }
  }
});
