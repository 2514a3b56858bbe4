import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { modelFile, workloads } from "../../bench/workloads.ts";
import type { Backend } from "../../src/engine/backend.ts";
import { wasmBackend } from "../../src/engine/kernels/wasm/backend.ts";
import { schedule } from "../../src/engine/parallel/schedule.ts";
import { parse } from "../../src/model/parse.ts";
import { compiledKernels } from "../../src/worker/backends.ts";
import { prepare } from "../../src/worker/prepare.ts";
import { threads } from "../../src/worker/threads.ts";
import { shuffledTeam } from "../support/shuffledTeam.ts";
import { wasmBackends } from "../support/wasm.ts";

const dist = join(import.meta.dirname, "../../dist");

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
};

const texts: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    (Object.keys(workloads) as (keyof typeof workloads)[]).map((name) => [name, modelFile(name)]),
  ),
  ...Object.fromEntries(
    Object.entries(others).map(([name, model]) => {
      const whole = {
        ...model,
        data: { type: "gaussian", samples: 26 },
        train: { steps: 9, batch_size: 13 },
      };
      return [name, JSON.stringify({ version: 1, models: { [name]: whole } })];
    }),
  ),
};

/** All figures of the first steps. */
async function figuresOf(text: string, steps: number, backend: Backend): Promise<readonly number[]> {
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

suite("steps that threads share", () => {
  const [backend] = wasmBackends();
  for (const [name, text] of Object.entries(texts)) {
    test(`${name}: no figure depends on how many threads there are, nor on which is first`, async () => {
      const alone = await figuresOf(text, 3, backend);
      for (const count of [2, 3, 5]) {
        for (const turns of ["last first", "in turns"] as const) {
          const team = shuffledTeam(count, turns);
          const shared = await figuresOf(text, 3, { ...backend, team: (_, kernels) => team(kernels) });
          assert.deepEqual(shared, alone, `${count} threads, ${turns}`);
        }
      }
    });
  }

  test("real threads are hired for a run that takes its time, give the same figures, and are let go", async () => {
    let hired = 0;
    const pool = threads(2, join(dist, "kernel-thread.cjs"));
    const counted = { ...pool, hire: (job: Parameters<typeof pool.hire>[0]) => (hired++, pool.hire(job)) };
    const helped = wasmBackend(compiledKernels(dist), counted);
    assert.ok(helped);
    const spec = parse(texts.W2).models[0]?.spec;
    assert.ok(spec);
    const training = await prepare(spec, { file: "", root: "" }, { backend: helped });
    const steps = training.steps();
    const losses: number[] = [];
    for (let i = 0; i < 60; i++) {
      const { done, value: frame } = steps.next();
      assert.ok(!done);
      losses.push(frame.loss, frame.grad_norm);
      await new Promise((resolve) => setImmediate(resolve)); // the thread's start needs the event loop
    }
    steps.return(undefined);
    assert.equal(hired, 1);
    const alone = await prepare(spec, { file: "", root: "" }, { backend });
    const expected: number[] = [];
    const plain = alone.steps();
    for (let i = 0; i < 60; i++) {
      const { done, value: frame } = plain.next();
      assert.ok(!done);
      expected.push(frame.loss, frame.grad_norm);
    }
    assert.deepEqual(losses, expected);
  });

  test("a call waits for what another thread has made, and for nothing else", () => {
    const half = { kernel: "activation", args: [0, 64, 0, 100, 0, 0] } as const;
    const next = { kernel: "activation", args: [0, 64, 100, 200, 0, 0] } as const;
    const sum = { kernel: "sumSquares", args: [64, 200, 7] } as const;
    const [first, second] = schedule([half, next, sum], 2, 8);
    const shape = (list: typeof first) => list.map((task) => (task === "barrier" ? "|" : task.kernel));
    assert.deepEqual(shape(first), ["activation", "activation", "|", "sumSquares", "|"]);
    assert.deepEqual(shape(second), ["activation", "activation", "|", "|"]);
  });
});
