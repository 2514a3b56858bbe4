import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { wasmBackend } from "../../src/engine/runtime/wasmBackend.ts";
import { schedule, type Task } from "../../src/engine/runtime/schedule.ts";
import { parse } from "../../src/model/parse.ts";
import { fastestKernels } from "../../src/worker/kernelModules.ts";
import { prepare } from "../../src/worker/prepare.ts";
import { threads, threadsAlive } from "../../src/worker/threadPool.ts";
import { figuresOf, texts } from "../support/figures.ts";
import { RandomModels } from "../support/randomModel.ts";
import { shuffledThreads } from "../support/shuffledThreads.ts";
import { dist, wasmBackends } from "../support/wasm.ts";

const [backend] = wasmBackends();

/** Columns are made for it: by each thread in a scratch of its own. */
const STRIDED = JSON.stringify({
  version: 1,
  models: {
    strided: {
      input: [16, 32, 32],
      layers: [
        { type: "Conv2d", out_channels: 32, kernel_size: 3, stride: 2, padding: 1 },
        { type: "ReLU" },
        { type: "Conv2d", out_channels: 32, kernel_size: 3, stride: 2, padding: 1 },
        { type: "Flatten" },
        { type: "Linear", out_features: 2 },
      ],
      loss: "CrossEntropyLoss",
      optimizer: { type: "SGD", lr: 0.01 },
      data: { type: "gaussian", samples: 32 },
      train: { steps: 100, batch_size: 32 },
    },
  },
});

suite("steps that threads share", () => {
  for (const [name, text] of Object.entries(texts)) {
    test(`${name}: no figure depends on how many threads there are, nor on which is first`, async () => {
      const alone = await figuresOf(text, 3, backend);
      for (const count of [2, 3, 5]) {
        for (const turns of ["last first", "in turns"] as const) {
          const executor = shuffledThreads(count, turns);
          const shared = await figuresOf(text, 3, {
            ...backend,
            executor: (_, kernels) => executor(kernels),
          });
          assert.deepEqual(shared, alone, `${count} threads, ${turns}`);
        }
      }
    });
  }

  test("models of every layer, loss and optimizer come to the same figures", async () => {
    const models = new RandomModels(8);
    for (let i = 0; i < 60; i++) {
      const text = models.next();
      const alone = await figuresOf(text, 2, backend);
      const executor = shuffledThreads(3, "last first");
      const shared = await figuresOf(text, 2, { ...backend, executor: (_, kernels) => executor(kernels) });
      assert.deepEqual(shared, alone, text);
    }
  });

  for (const [name, text] of [
    ["products", texts.W2],
    ["convolutions with a stride", STRIDED],
  ])
    test(`real threads are started for a run that takes its time, give the same figures, and are released: ${name}`, async () => {
      let started = 0;
      const pool = threads(2, join(dist, "kernel-thread.cjs"), 50);
      const counted = {
        ...pool,
        start: (job: Parameters<typeof pool.start>[0]) => (started++, pool.start(job)),
      };
      const module = fastestKernels(dist);
      assert.ok(module);
      const helped = wasmBackend(module, { now: () => performance.now(), threads: counted });
      const spec = parse(text).models[0]?.spec;
      assert.ok(spec);
      const training = await prepare(spec, { file: "", root: "" }, { backend: helped });
      const steps = training.steps();
      const losses: number[] = [];
      for (let i = 0; i < 60; i++) {
        const { done, value: frame } = steps.next();
        assert.ok(!done);
        losses.push(frame.loss, frame.grad_norm);
        // The thread's start needs the event loop; after some milliseconds it has fallen asleep, and has to be woken.
        await new Promise((resolve) => (i % 8 === 0 ? setTimeout(resolve, 5) : setImmediate(resolve)));
      }
      steps.return(undefined);
      assert.equal(started, 1);
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

  /** Steps of W2 with real threads, which are started through `started`; the clock is the caller's. */
  async function* sharedSteps(now: () => number, started: () => void): AsyncGenerator<number> {
    const pool = threads(2, join(dist, "kernel-thread.cjs"), 50);
    const start = (job: Parameters<typeof pool.start>[0]): void => {
      started();
      pool.start(job);
    };
    const module = fastestKernels(dist);
    const spec = parse(texts.W2).models[0]?.spec;
    assert.ok(module && spec);
    const helped = wasmBackend(module, { now, threads: { count: 2, start } });
    const training = await prepare(spec, { file: "", root: "" }, { backend: helped });
    const steps = training.steps();
    try {
      for (const { loss } of steps) {
        yield loss;
        await new Promise((resolve) => setImmediate(resolve)); // the thread's start needs the event loop
      }
    } finally {
      steps.return(undefined);
    }
  }

  /** Waits until so many threads are left. */
  async function untilAlive(count: number): Promise<void> {
    for (let i = 0; threadsAlive() !== count && i < 500; i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(threadsAlive(), count);
  }

  test("threads that are no faster are released with their memory, and tried again later", async () => {
    // By this clock a run takes as long in either way.
    let [time, started] = [0, 0];
    const losses: number[] = [];
    await untilAlive(0);
    for await (const loss of sharedSteps(
      () => time++,
      () => started++,
    )) {
      losses.push(loss);
      if (losses.length === 100) {
        assert.equal(started, 1);
        await untilAlive(0);
        time += 10_000;
      }
      if (losses.length === 200) break;
    }
    assert.equal(started, 2);
    await untilAlive(0);
    const spec = parse(texts.W2).models[0]?.spec;
    assert.ok(spec);
    const alone = await prepare(spec, { file: "", root: "" }, { backend });
    let step = 0;
    for (const { loss } of alone.steps()) {
      assert.equal(losses[step++], loss);
      if (step === losses.length) break;
    }
  });

  test("a run that is over before its threads are there leaves none behind", async () => {
    await untilAlive(0);
    let [time, started] = [0, 0];
    for await (const _ of sharedSteps(
      () => (time += 100),
      () => started++,
    )) {
      if (started > 0) break;
    }
    assert.equal(started, 1);
    assert.equal(threadsAlive(), 1);
    await untilAlive(0);
  });

  const shape = (list: readonly Task[]) => list.map((task) => (task === "barrier" ? "|" : task.kernel));

  test("pieces of a statistic go to the threads that have these samples, so that nothing waits for them", () => {
    const pieces = [100, 116, 132, 148].map(
      (at, i) => ({ kernel: "sumSquares", args: [16, at, i] }) as const,
    );
    const inPlace = { kernel: "activation", args: [0, 64, 100, 100, 0, 0] } as const;
    for (const list of schedule([...pieces, inPlace], 2, 8)) {
      assert.deepEqual(shape(list), ["sumSquares", "sumSquares", "activation", "|"]);
    }
  });

  test("a call waits for what another thread has made, and for nothing else", () => {
    const half = { kernel: "activation", args: [0, 64, 0, 100, 0, 0] } as const;
    const next = { kernel: "activation", args: [0, 64, 100, 200, 0, 0] } as const;
    const sum = { kernel: "sumSquares", args: [64, 200, 7] } as const;
    const [first, second] = schedule([half, next, sum], 2, 8);
    assert.deepEqual(shape(first), ["activation", "activation", "|", "sumSquares", "|"]);
    assert.deepEqual(shape(second), ["activation", "activation", "|", "|"]);
  });
});
