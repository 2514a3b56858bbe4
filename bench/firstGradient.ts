import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { prepare } from "../src/worker/prepare.ts";
import { location, specOf } from "./problem.ts";
import { median } from "./median.ts";
import { dist, wasm } from "./wasm.ts";

export interface FirstGradient {
  readonly warmMs: number;
  readonly coldMs: number;
}

const block = { repeat: 50, name: "block", layers: [{ type: "Linear", out_features: 64 }, { type: "ReLU" }] };

const text = JSON.stringify({
  version: 1,
  models: {
    m: {
      input: [64],
      layers: [block],
      loss: "MSELoss",
      data: { type: "gaussian", samples: 64 },
      train: { steps: 1, batch_size: 64 },
    },
  },
});

/** From the text of a 50-layer model to its first frame: in a process that has made others, and by a command of its own. */
export async function firstGradient(): Promise<FirstGradient> {
  const warm: number[] = [];
  for (let i = 0; i < 15; i++) warm.push(await once());
  return { warmMs: median(warm.slice(5)), coldMs: cold() };
}

async function once(): Promise<number> {
  const backend = wasm();
  const start = performance.now();
  const training = await prepare(specOf(text), location, { backend });
  training.steps().next();
  return performance.now() - start;
}

function cold(): number {
  const folder = mkdtempSync(join(os.tmpdir(), "gradlens-bench-"));
  const file = join(folder, "m.gradlens.json");
  writeFileSync(file, text);
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [join(dist, "cli.js"), "run", file], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    return performance.now() - start;
  });
  rmSync(folder, { recursive: true });
  return median(times);
}
