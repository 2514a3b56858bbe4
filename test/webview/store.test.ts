import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { append, COLUMNS, EMPTY, RECENT } from "../../webview/history.ts";
import { INITIAL, markedOf, reduce, shownOf } from "../../webview/store.ts";
import { chainLayers, framesOf, runOf, stateOf } from "./runs.ts";

const layers = chainLayers(1);
const course = { steps: 5000, gain: () => 0.5 };
const frames = framesOf(layers, course);
const run = runOf(layers);

suite("what the panel keeps of a run", () => {
  const whole = append(EMPTY, frames);

  test("a long run takes no more room than a short one", () => {
    assert.equal(whole.recent.length, RECENT);
    assert.ok(whole.columns.length <= COLUMNS);
    assert.ok(whole.columns.length > COLUMNS / 2);
  });

  test("the overview spans the whole run, its columns equally wide", () => {
    assert.equal(whole.stride, 16); // 5,000 steps in at most 512 columns: the first power of two above 9.8
    assert.deepEqual(
      whole.columns.slice(0, 3).map(({ step }) => step),
      [16, 32, 48],
    );
    assert.equal(whole.columns.at(-1)?.step, 5000);
  });

  test("it is the same whether the frames came at once or one by one", () => {
    const single = frames.reduce((history, frame) => append(history, [frame]), EMPTY);
    assert.deepEqual(single, whole);
  });

  test("no spike of the loss is thinned away", () => {
    const spiked = frames.map((frame) => (frame.step === 777 ? { ...frame, loss: 99 } : frame));
    assert.equal(Math.max(...append(EMPTY, spiked).columns.map(({ lossMax }) => lossMax)), 99);
  });

  test("every clipped step is counted and every evaluation is kept for its column", () => {
    const some = frames.map((frame) => ({
      ...frame,
      clip_coef: frame.step % 7 === 0 ? 0.3 : 1,
      val_loss: frame.step === 1003 ? 0.25 : NaN,
    }));
    const { columns } = append(EMPTY, some);
    assert.equal(
      columns.reduce((sum, { clipped }) => sum + clipped, 0),
      714, // ⌊5000 / 7⌋
    );
    assert.deepEqual(
      columns.filter(({ valLoss }) => !Number.isNaN(valLoss)).map(({ step, valLoss }) => [step, valLoss]),
      [[1008, 0.25]],
    );
  });

  test("only the latest histogram is kept", () => {
    assert.equal(whole.histogram?.step, 4991);
    assert.ok(whole.recent.every(({ hist }) => hist === undefined));
  });

  test("frames that came before are not taken twice", () => {
    assert.equal(append(whole, frames.slice(-10)), whole);
  });

  test("the smoothed loss reaches a new level and begins anew after a NaN", () => {
    const stepped = frames
      .slice(0, 300)
      .map((f) => ({ ...f, loss: f.step < 100 ? 1 : f.step === 200 ? NaN : 3 }));
    const { columns } = append(EMPTY, stepped);
    const at = (step: number): number => columns[step - 1]?.lossSmooth ?? NaN;
    assert.equal(at(99), 1);
    // After 20 more steps the way of 2 is covered but for (1 − 1/20)^20 of it.
    assert.ok(Math.abs(at(119) - (3 - 2 * 0.95 ** 20)) < 1e-9);
    assert.ok(Number.isNaN(at(200)));
    assert.equal(at(201), 3);
  });
});

suite("the panel's state", () => {
  const state = reduce(INITIAL, stateOf([run], frames.slice(0, 10)));

  test("a state message replaces what was held", () => {
    const other = reduce(state, stateOf([runOf(layers, { id: 2 })], [], { has_models: false }));
    assert.equal(other.shown, 2);
    assert.deepEqual(other.history, EMPTY);
    assert.equal(other.hasModels, false);
  });

  test("frames of the shown run are added", () => {
    const next = reduce(state, { type: "frames", run: 1, frames: frames.slice(10, 15) });
    assert.equal(next.history.recent.at(-1)?.step, 15);
  });

  test("frames of another run leave it as it is", () => {
    assert.equal(reduce(state, { type: "frames", run: 9, frames: frames.slice(10, 15) }), state);
  });

  test("a change of a run's state keeps its frames", () => {
    const next = reduce(state, { type: "runs", runs: [{ ...run, state: "paused" }], shown: 1 });
    assert.equal(shownOf(next)?.state, "paused");
    assert.equal(next.history, state.history);
  });

  test("another run that is shown begins empty", () => {
    const next = reduce(state, { type: "runs", runs: [run, runOf(layers, { id: 2 })], shown: 2 });
    assert.equal(next.history, EMPTY);
  });

  test("the pointer's layer goes before the cursor's", () => {
    const cursor = reduce(state, { type: "mark", layer: "head", scroll: false });
    const hovered = reduce(cursor, { type: "hover", layer: "block.0.0" });
    assert.deepEqual(
      [markedOf(state), markedOf(cursor), markedOf(hovered)],
      [undefined, "head", "block.0.0"],
    );
    assert.equal(markedOf(reduce(hovered, { type: "hover" })), "head");
    assert.equal(markedOf(reduce(cursor, { type: "mark", scroll: false })), undefined);
  });
});
