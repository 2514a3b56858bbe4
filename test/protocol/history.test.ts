import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { STATS, type Frame } from "../../src/protocol/frame.ts";
import { capacityFor, History, thinned } from "../../src/protocol/history.ts";
import { frameOf } from "../support/frames.ts";

const frame = (step: number): Frame => frameOf([{ delta_norm: step }], {}, step);
const frames = (from: number, to: number): readonly Frame[] =>
  Array.from({ length: to - from + 1 }, (_, i) => frame(from + i));
const stepsOf = (list: readonly Frame[]): readonly number[] => list.map(({ step }) => step);

suite("history", () => {
  test("keeps a short run whole", () => {
    const history = new History(10);
    history.push(frames(1, 8));
    assert.deepEqual(stepsOf(history.frames()), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.equal(history.latest()?.step, 8);
  });

  test("keeps the latest steps all and the whole run thinned out, each step once", () => {
    const history = new History(4);
    history.push(frames(1, 100));
    // Doubling from 1, the stride at which at most 4 of 100 steps are left is 32: 1, 33, 65, 97.
    assert.deepEqual(stepsOf(history.overview()), [1, 33, 65, 97, 100]);
    const steps = stepsOf(history.frames());
    assert.deepEqual(
      steps,
      [...new Set(steps)].sort((a, b) => a - b),
    );
    assert.deepEqual(steps.slice(-4), [97, 98, 99, 100]);
    assert.equal(steps[0], 1);
  });

  test("is bounded, however long the run", () => {
    const history = new History(50);
    for (let step = 1; step < 100_000; step += 1000) history.push(frames(step, step + 999));
    assert.ok(history.frames().length <= 3 * 50);
  });

  test("gives the steps after one, as far as they are kept", () => {
    const history = new History(4);
    history.push(frames(1, 20));
    assert.deepEqual(stepsOf(history.since(18)), [19, 20]);
    assert.deepEqual(stepsOf(history.since(20)), []);
    assert.ok(history.since(0).length <= 8);
  });

  test("keeps fewer frames of a larger model", () => {
    const layers = (n: number) => ({ hist_every: 1, layers: Array.from({ length: n }, () => frameLayer) });
    assert.ok(capacityFor(layers(10)) > capacityFor(layers(1000)));
    assert.ok(capacityFor(layers(20_000)) > 0);
  });

  test("thinned keeps the last and no more than asked for", () => {
    for (const most of [1, 2, 7, 60]) {
      const few = thinned(frames(1, 100), most);
      assert.ok(few.length <= most);
      assert.equal(few.at(-1)?.step, 100);
    }
    assert.equal(thinned(frames(1, 5), 10).length, 5);
  });
});

const frameLayer = { path: "0", type: "Linear", parameters: [], output_shape: [1], stats: STATS };
