import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { suite, test } from "node:test";
import type { Frame } from "../../src/protocol/frame.ts";
import type { Outcome } from "../../src/engine/training/training.ts";
import type { RunEnd } from "../../src/protocol/run.ts";
import { load } from "../../src/worker/load.ts";
import { Runner } from "../../src/worker/runner.ts";
import { History } from "../../src/protocol/history.ts";
import { bytesOf, type Increment } from "../../src/protocol/increment.ts";
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
  /** What has been heard of, put together. */
  readonly history: () => History;
  readonly ended: Promise<RunEnd>;
}

async function begin(paused = false): Promise<Heard> {
  const training = await load(text, "m", place, { histEvery: 1 });
  let history = History.EMPTY;
  const frames = (increment: Increment): void => {
    const next = history.extended(increment);
    assert.ok(next, "an increment is missing");
    history = next;
  };
  return new Promise((resolve) => {
    const ended = new Promise<RunEnd>((end) => {
      const runner = new Runner(training, { frames, ended: end }, paused);
      queueMicrotask(() => resolve({ runner, history: () => history, ended }));
    });
  });
}

async function whole(): Promise<History> {
  const { history, ended } = await begin();
  assert.equal((await ended).reason, "completed");
  return history();
}

suite("a run at its own pace", () => {
  test("gives the same bits for the same seed", async () => {
    const [first, second] = [await whole(), await whole()];
    assert.equal(first.frames().length, STEPS);
    assert.deepEqual(second, first);
  });

  test("gives the same bits when it is paused, stepped and resumed", async () => {
    const { runner, history, ended } = await begin(true);
    await delay(20);
    assert.equal(history().tally.frames, 0);
    for (let i = 1; i <= 5; i++) {
      runner.step();
      assert.equal(history().tally.frames, i);
    }
    runner.resume();
    runner.step(); // does nothing while it goes on
    runner.pause();
    await delay(20);
    runner.resume();
    assert.equal((await ended).reason, "completed");
    assert.deepEqual(history(), await whole());
  });

  test("ends once when it is stopped, with the steps that it has made", async () => {
    const { runner, history, ended } = await begin(true);
    runner.step();
    runner.stop();
    runner.stop();
    runner.step();
    const end = await ended;
    assert.equal(end.reason, "stopped");
    assert.equal(end.steps, 1);
    assert.equal(history().tally.frames, 1);
  });

  test("hands over little at once, however many steps it makes, and all of them count", async () => {
    const sizes: number[] = [];
    let history: History | undefined = History.EMPTY;
    const end = await new Promise<RunEnd>((ended) => {
      const frames = (increment: Increment): void => {
        sizes.push(bytesOf(increment));
        history = history?.extended(increment);
      };
      new Runner({ steps: () => instantly(50_000) }, { frames, ended });
    });
    assert.equal(end.steps, 50_000);
    assert.equal(history?.tally.frames, 50_000);
    assert.ok(Math.max(...sizes) < 300_000, `${Math.max(...sizes)} bytes`);
  });
});

/** Steps that cost nothing. */
function* instantly(count: number): Generator<Frame, Outcome> {
  for (let step = 1; step <= count; step++) yield frameOf([], {}, step);
  return undefined;
}
