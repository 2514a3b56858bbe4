import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { modelFile, workloads } from "../../bench/workloads.ts";
import type { Backend } from "../../src/engine/runtime/backend.ts";
import { parse } from "../../src/model/parse.ts";
import { prepare } from "../../src/worker/prepare.ts";

/** Layers of every kind that can follow each other, beside the workloads of the benchmark. */
const others = {
  gru: { input: [9, 3], layers: [{ type: "GRU", hidden_size: 10, bidirectional: true }], loss: "MSELoss" },
  channels: {
    input: [3, 9, 8],
    layers: [
      { type: "Conv2d", out_channels: 8, kernel_size: 3, stride: 2 },
      { type: "GroupNorm", num_groups: 2 },
      { type: "SiLU" },
      { type: "Conv2d", out_channels: 8, kernel_size: 3, padding: 1 },
      { type: "BatchNorm2d" },
      { type: "Dropout", p: 0.3 },
      { type: "PReLU", num_parameters: 8 },
      { type: "AvgPool2d", kernel_size: 2 },
      { type: "AdaptiveAvgPool2d", output_size: 1 },
      { type: "Flatten" },
      { type: "Linear", out_features: 5 },
    ],
    loss: "CrossEntropyLoss",
  },
  tokens: {
    input: [12],
    layers: [
      { type: "Embedding", num_embeddings: 9, embedding_dim: 6 },
      { type: "PReLU" },
      { type: "Flatten" },
      { type: "Linear", out_features: 3 },
    ],
    loss: "CrossEntropyLoss",
  },
  // More of the inner size than a product takes at a time, and so few rows that their number decides how it is done.
  wide: {
    input: [784],
    layers: [
      { type: "Linear", out_features: 64 },
      { type: "ReLU" },
      { type: "Linear", out_features: 700 },
      { type: "Tanh" },
      { type: "Linear", out_features: 10 },
    ],
    loss: "CrossEntropyLoss",
    data: { type: "gaussian", samples: 64 },
    train: { steps: 9, batch_size: 32 },
  },
};

/** Models that together use every kernel, as texts of model files. */
export const texts: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    (Object.keys(workloads) as (keyof typeof workloads)[]).map((name) => [name, modelFile(name)]),
  ),
  ...Object.fromEntries(
    Object.entries(others).map(([name, model]) => {
      const whole = {
        data: { type: "gaussian", samples: 26 },
        train: { steps: 9, batch_size: 13 },
        ...model,
      };
      return [name, JSON.stringify({ version: 1, models: { [name]: whole } })];
    }),
  ),
};

/** All figures of the first steps. */
export async function figuresOf(text: string, steps: number, backend: Backend): Promise<readonly number[]> {
  const spec = parse(text).models[0]?.spec;
  assert.ok(spec);
  const training = await prepare(spec, { file: "", root: "" }, { backend });
  const made = training.steps();
  const figures: number[] = [];
  for (let i = 0; i < steps; i++) {
    const { done, value: frame } = made.next();
    assert.ok(!done);
    figures.push(frame.loss, frame.grad_norm, ...frame.values, ...(frame.hist ?? []), ...(frame.time ?? []));
  }
  made.return(undefined);
  return figures;
}

/** Equal where every bit of the figures is. */
export const bitsOf = (figures: readonly number[]): string =>
  createHash("sha256").update(Float64Array.from(figures)).digest("hex");
