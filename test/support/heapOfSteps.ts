// A process of its own, with the garbage collector at hand: what 10,000 steps of a model with all the trimmings leave behind.
import { backendFor } from "../../src/worker/backends.ts";
import { parse } from "../../src/model/parse.ts";
import { prepare } from "../../src/worker/prepare.ts";

const STEPS = 10_000;

/** Times as many. */
const WARM_UP = 4;

const model = {
  input: [6, 2],
  layers: [
    { type: "LSTM", hidden_size: 5, output: "sequence" },
    { type: "Dropout", p: 0.1 },
    {
      type: "Residual",
      layers: [{ type: "LayerNorm" }, { type: "Linear", out_features: 5 }, { type: "ReLU" }],
    },
    { type: "Flatten" },
    { type: "Linear", out_features: 3 },
  ],
  loss: "CrossEntropyLoss",
  optimizer: { type: "Adam", lr: 1e-3 },
  lr_scheduler: { type: "OneCycleLR", max_lr: 1e-3 },
  clip_grad_norm: 1,
  data: { type: "gaussian", samples: 90, validation: 0.1 },
  train: { steps: (WARM_UP + 2) * STEPS, batch_size: 16 },
};
const spec = parse(JSON.stringify({ version: 1, models: { model } })).models[0]?.spec;
if (!spec || !globalThis.gc) throw new Error("run with --expose-gc");
const training = await prepare(spec, { file: "", root: "" }, { backend: backendFor() });
const steps = training.steps();
const make = (): void => {
  for (let i = 0; i < STEPS; i++) steps.next();
};

for (let i = 0; i < WARM_UP; i++) make(); // all is compiled by then, sampled steps too
globalThis.gc();
const before = process.memoryUsage();
make();
const after = process.memoryUsage();
globalThis.gc();
const left = process.memoryUsage();
console.log(
  JSON.stringify({
    perStep: (after.heapUsed - before.heapUsed) / STEPS,
    arraysPerStep: (after.arrayBuffers - before.arrayBuffers) / STEPS,
    leftPerStep: (left.heapUsed - before.heapUsed) / STEPS,
  }),
);
