import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { suite, test } from "node:test";
import type { Frame } from "../../src/protocol/frame.ts";
import type { Outcome } from "../../src/engine/training.ts";
import type { RunEnd } from "../../src/protocol/run.ts";
import { load } from "../../src/worker/load.ts";
import { Runner } from "../../src/worker/runner.ts";
import { frameOf } from "../support/frames.ts";

const STEPS = 60;

/** With everything that draws random numbers: initial weights, data, a validation share, shuffling, dropout. */
const text = JSON.stringify({
  version: 1,
  models: {
    m: {
      input: [2],
      layers: [
        { type: "Linear", out_features: 16 },
        { type: "Dropout", p: 0.3 },
        { type: "Tanh" },
        { type: "Linear", out_features: 1 },
      ],
      loss: "BCEWithLogitsLoss",
      optimizer: { type: "Adam", lr: 0.01 },
      data: { type: "spiral", samples: 90, validation: 0.2 },
      train: { steps: STEPS, batch_size: 16, seed: 7 },
    },
  },
});

const place = { file: "m.gradlens.json", root: "." };

interface Heard {
  readonly runner: Runner;
  readonly frames: Frame[];
  readonly ended: Promise<RunEnd>;
}

async function begin(paused = false): Promise<Heard> {
  const training = await load(text, "m", place, { histEvery: 1 });
  const frames: Frame[] = [];
  return new Promise((resolve) => {
    const ended = new Promise<RunEnd>((end) => {
      const events = { frames: (more: readonly Frame[]) => void frames.push(...more), ended: end };
      const runner = new Runner(training, events, paused);
      queueMicrotask(() => resolve({ runner, frames, ended }));
    });
  });
}

async function whole(): Promise<readonly Frame[]> {
  const { frames, ended } = await begin();
  assert.equal((await ended).reason, "completed");
  return frames;
}

suite("a run at its own pace", () => {
  test("gives the same bits for the same seed", async () => {
    const [first, second] = [await whole(), await whole()];
    assert.equal(first.length, STEPS);
    assert.deepEqual(second, first);
  });

  test("gives the same bits when it is paused, stepped and resumed", async () => {
    const { runner, frames, ended } = await begin(true);
    await delay(20);
    assert.equal(frames.length, 0);
    for (let i = 1; i <= 5; i++) {
      runner.step();
      assert.equal(frames.length, i);
    }
    runner.resume();
    runner.step(); // does nothing while it goes on
    runner.pause();
    await delay(20);
    runner.resume();
    assert.equal((await ended).reason, "completed");
    assert.deepEqual(frames, await whole());
  });

  test("ends once when it is stopped, with the steps that it has made", async () => {
    const { runner, frames, ended } = await begin(true);
    runner.step();
    runner.stop();
    runner.stop();
    runner.step();
    const end = await ended;
    assert.equal(end.reason, "stopped");
    assert.equal(end.steps, 1);
    assert.equal(frames.length, 1);
  });

  test("hands over few frames at once, however many steps it makes: the first, the last and some between", async () => {
    const messages: (readonly number[])[] = [];
    const end = await new Promise<RunEnd>((ended) => {
      const frames = (more: readonly Frame[]) => void messages.push(more.map(({ step }) => step));
      new Runner({ steps: () => instantly(50_000) }, { frames, ended });
    });
    assert.equal(end.steps, 50_000);
    assert.ok(messages.every((steps) => steps.length <= 600));
    const steps = messages.flat();
    assert.deepEqual([steps[0], steps.at(-1)], [1, 50_000]);
    assert.ok(steps.every((step, i) => i === 0 || step > steps[i - 1]));
  });
});

/** Steps that cost nothing. */
function* instantly(count: number): Generator<Frame, Outcome> {
  for (let step = 1; step <= count; step++) yield frameOf([], {}, step);
  return undefined;
}
