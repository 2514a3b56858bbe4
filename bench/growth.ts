import { prepare } from "../src/worker/prepare.ts";
import { stepFlops } from "./flops.ts";
import { location, specOf } from "./problem.ts";
import { fastestMs } from "./timing.ts";
import { wasm } from "./wasm.ts";

/** A quantity of a model that grows, and the time of a step at each size. */
export interface Growth {
  readonly what: string;
  readonly points: readonly {
    readonly size: number;
    readonly stepUs: number;
    readonly gflops: number;
    /** From the model's description to where the first step can be made. */
    readonly compileMs: number;
  }[];
}

interface Sizes {
  readonly depth: number;
  readonly width: number;
  readonly batch: number;
}

const mlp = ({ depth, width, batch }: Sizes) => ({
  input: [width],
  layers: [
    { repeat: depth, name: "block", layers: [{ type: "Linear", out_features: width }, { type: "ReLU" }] },
  ],
  init: "kaiming_uniform",
  ...training(batch),
});

const lstm = (time: number) => ({
  input: [time, 8],
  layers: [
    { type: "LSTM", hidden_size: 32 },
    { type: "Linear", out_features: 1 },
  ],
  ...training(32),
});

const training = (batch: number) => ({
  loss: "MSELoss",
  optimizer: { type: "SGD", lr: 1e-6 },
  data: { type: "gaussian", samples: batch },
  train: { steps: 1_000_000, batch_size: batch, shuffle: false },
});

const THOUSANDS = [10, 30, 100, 300, 500, 1000] as const;

const growing: readonly {
  readonly what: string;
  readonly sizes: readonly number[];
  readonly model: (size: number) => object;
}[] = [
  {
    what: "depth (Linear 32 + ReLU, batch 32)",
    sizes: THOUSANDS,
    model: (depth) => mlp({ depth, width: 32, batch: 32 }),
  },
  {
    what: "width (4 × Linear + ReLU, batch 32)",
    sizes: [16, 32, 64, 128, 256, 512, 1024],
    model: (width) => mlp({ depth: 4, width, batch: 32 }),
  },
  {
    what: "batch (4 × Linear 64 + ReLU)",
    sizes: [8, 16, 32, 64, 128, 256, 512],
    model: (batch) => mlp({ depth: 4, width: 64, batch }),
  },
  { what: "time steps (LSTM 8 → 32, batch 32)", sizes: THOUSANDS, model: lstm },
];

/** Time of a step, with every statistic, over depth, width, batch and time. */
export async function growths(): Promise<readonly Growth[]> {
  const rows: Growth[] = [];
  for (const { what, sizes, model } of growing) {
    const points: Growth["points"][number][] = [];
    for (const size of sizes) points.push({ size, ...(await timesOf(model(size))) });
    rows.push({ what, points });
  }
  return rows;
}

async function timesOf(model: object) {
  const spec = specOf(JSON.stringify({ version: 1, models: { m: model } }));
  const backend = wasm();
  const start = performance.now();
  const steps = (await prepare(spec, location, { backend })).steps();
  const compileMs = performance.now() - start;
  for (let i = 0; i < 20; i++) steps.next();
  const ms = fastestMs(() => steps.next(), 250);
  return { stepUs: ms * 1000, gflops: (stepFlops(spec) * 1e-6) / ms, compileMs };
}
