// `npm run bench [W1 W2 …]`: steps per second of this engine with every statistic, in WebAssembly and in plain loops, and of
// PyTorch running the exported program (eager, no statistics) where GRADLENS_PYTHON or python3 has it; interleaved, in one
// process after the other. Writes docs/benchmarks.md.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { scalarBackend, type Backend } from "../src/engine/backend.ts";
import { wasmBackend } from "../src/engine/kernels/wasm/backend.ts";
import { parse } from "../src/model/parse.ts";
import { exportModel } from "../src/pytorch/export.ts";
import { compiledKernels } from "../src/worker/backends.ts";
import { prepare } from "../src/worker/prepare.ts";
import { modelFile, workloads } from "./workloads.ts";

const ROUNDS = 3;
const SECONDS = 1.2;
const repo = join(import.meta.dirname, "..");
const python = process.env.GRADLENS_PYTHON ?? "python3";

type Name = keyof typeof workloads;
type Peer = (name: Name) => Promise<number>;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

const specOf = (name: Name) => {
  const { models, problems } = parse(modelFile(name));
  const spec = models[0]?.spec;
  if (!spec) throw new Error(problems[0]?.message);
  return spec;
};

const ours =
  (backend: Backend, seconds: number): Peer =>
  async (name) => {
    const training = await prepare(specOf(name), { file: join(repo, "x.json"), root: repo }, { backend });
    const steps = training.steps();
    const during = (duration: number): number => {
      const start = performance.now();
      let made = 0;
      while (performance.now() - start < duration * 1000) {
        steps.next();
        made++;
      }
      return (made / (performance.now() - start)) * 1000;
    };
    during(seconds / 3);
    return during(seconds);
  };

const folder = mkdtempSync(join(os.tmpdir(), "gradlens-bench-"));

const torch =
  (threads: number): Peer =>
  (name) => {
    const file = join(folder, `${name}.py`);
    writeFileSync(file, exportModel(specOf(name)));
    const args = [join(import.meta.dirname, "torch_peer.py"), file, String(threads), String(SECONDS)];
    const { stdout, stderr, status } = spawnSync(python, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr.slice(-500));
    return Promise.resolve(Number(stdout));
  };

function peers(): ReadonlyMap<string, Peer> {
  const wasm = wasmBackend(compiledKernels(join(repo, "dist")));
  if (!wasm) throw new Error("the kernels are not built: npm run build");
  const hasTorch = spawnSync(python, ["-c", "import torch"]).status === 0;
  return new Map<string, Peer>([
    ["GradLens, WebAssembly", ours(wasm, SECONDS)],
    ["GradLens, plain loops", ours(scalarBackend, SECONDS / 2)],
    ...(hasTorch
      ? ([
          ["PyTorch eager, 1 thread", torch(1)],
          ["PyTorch eager, 2 threads", torch(2)],
        ] as const)
      : []),
  ]);
}

/** Milliseconds from the text of a 50-layer model to its first frame, in a warm process; and of a cold command. */
async function firstGradient(): Promise<{ readonly warm: number; readonly cold: number }> {
  const wasm = wasmBackend(compiledKernels(join(repo, "dist")));
  const layers = [
    { repeat: 50, name: "block", layers: [{ type: "Linear", out_features: 64 }, { type: "ReLU" }] },
  ];
  const model = {
    input: [64],
    layers,
    loss: "MSELoss",
    data: { type: "gaussian", samples: 64 },
    train: { steps: 1 },
  };
  const text = JSON.stringify({ version: 1, models: { m: model } });
  const once = async (): Promise<number> => {
    const start = performance.now();
    const spec = parse(text).models[0]?.spec;
    if (!spec) throw new Error("the model of the benchmark has problems");
    const training = await prepare(
      spec,
      { file: join(repo, "x.json"), root: repo },
      wasm ? { backend: wasm } : {},
    );
    training.steps().next();
    return performance.now() - start;
  };
  const warm: number[] = [];
  for (let i = 0; i < 15; i++) warm.push(await once());
  const file = join(folder, "m.gradlens.json");
  writeFileSync(file, text);
  const cold = Array.from({ length: 5 }, () => {
    const start = performance.now();
    spawnSync(process.execPath, [join(repo, "dist/cli.js"), "run", file]);
    return performance.now() - start;
  });
  return { warm: median(warm.slice(5)), cold: median(cold) };
}

const rate = (steps: number): string =>
  steps < 10 ? steps.toFixed(1) : Math.round(steps).toLocaleString("en-US");
const kilobytes = (file: string): string =>
  `${(statSync(join(repo, "dist", file)).size / 1024).toFixed(0)} KB`;

async function measure(names: readonly Name[], all: ReadonlyMap<string, Peer>): Promise<string[]> {
  const lines: string[] = [];
  for (const name of names) {
    const rounds = new Map([...all.keys()].map((peer) => [peer, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [peer, run] of all) rounds.get(peer)?.push(await run(name));
    }
    const [wasm, ...others] = [...rounds.values()];
    const ratios = others.map((other) => median(wasm.map((steps, i) => steps / other[i])));
    const cells = others.map(
      (other, i) => `${rate(median(other))} (${ratios[i].toFixed(ratios[i] < 10 ? 2 : 0)})`,
    );
    const row = `| ${name} | ${workloads[name].what} | ${rate(median(wasm))} | ${cells.join(" | ")} |`;
    console.log(row);
    lines.push(row);
  }
  return lines;
}

try {
  const asked = process.argv.slice(2) as Name[];
  const names = asked.length ? asked : (Object.keys(workloads) as Name[]);
  const all = peers();
  const rows = await measure(names, all);
  const first = await firstGradient();
  const columns = [...all.keys()];
  const page = `# Benchmarks

Written by \`npm run bench\`. Steps per second, the median of ${ROUNDS} interleaved rounds; in brackets how many times faster GradLens in
WebAssembly is, the median of the rounds' ratios. GradLens computes **every** statistic of every layer at every step (histograms as
often as costs little, and says how often); PyTorch runs the program that \`gradlens export\` writes, eager, and computes none.

${os.cpus()[0]?.model ?? "unknown processor"}, ${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)} at the end; Node ${process.version}. Ratios can be trusted, times less so.

| | workload | ${columns.join(" | ")} |
| --- | --- | ${columns.map(() => "---").join(" | ")} |
${rows.join("\n")}

| | |
| --- | --- |
| text of a 50-layer MLP of width 64 to the first step's figures, warm | ${first.warm.toFixed(0)} ms |
| the same by a cold command | ${first.cold.toFixed(0)} ms |
| extension, worker, command line | ${kilobytes("extension.cjs")}, ${kilobytes("worker.cjs")}, ${kilobytes("cli.js")} |
| panel | ${kilobytes("webview.js")} |
| kernels | ${kilobytes("kernels-fma.wasm")} |
`;
  writeFileSync(join(repo, "docs", "benchmarks.md"), page);
  console.log(`first gradient: ${first.warm.toFixed(0)} ms warm, ${first.cold.toFixed(0)} ms cold`);
} finally {
  rmSync(folder, { recursive: true });
}
