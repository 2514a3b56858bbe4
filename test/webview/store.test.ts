import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { RECENT, recentSteps } from "../../src/insight/recent.ts";
import { INITIAL, lacking, markedOf, reduce, shownOf } from "../../webview/store.ts";
import { EMPTY, historyOf, recorded } from "../support/history.ts";
import { chainLayers, framesOf, runOf, stateOf } from "./runs.ts";

const layers = chainLayers(1);
const frames = framesOf(layers, { steps: 200, gain: () => 0.5 });
const since = (step: number, to: number) => recorded(frames.slice(0, to)).since(step);
const run = runOf(layers);

suite("the last steps", () => {
  test("are steps, whatever is kept whole", () => {
    assert.deepEqual(
      recentSteps(historyOf(frames.slice(0, 100)), RECENT).map(({ step }) => step),
      Array.from({ length: 20 }, (_, i) => 81 + i),
    );
  });

  test("are fewer frames where not every step gave one", () => {
    const some = frames.filter(({ step }) => step % 7 === 0);
    assert.deepEqual(
      recentSteps(historyOf(some.slice(0, 20)), RECENT).map(({ step }) => step),
      [126, 133, 140],
    );
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
    const next = reduce(state, { type: "frames", run: 1, history: since(10, 15) });
    assert.equal(next.history.recent.at(-1)?.step, 15);
  });

  test("frames of another run leave it as it is", () => {
    assert.equal(reduce(state, { type: "frames", run: 9, history: since(10, 15) }), state);
  });

  test("frames after a gap are left out, and what is missing is asked for", () => {
    const message = { type: "frames", run: 1, history: since(12, 15) } as const;
    assert.equal(reduce(state, message), state);
    assert.deepEqual(lacking(state, message), { type: "behind", run: 1, step: 10 });
    const mended = reduce(state, { ...message, history: since(10, 15) });
    assert.deepEqual(mended.history, historyOf(frames.slice(0, 15)));
  });

  test("nothing is asked for where nothing is missing, or another run is shown", () => {
    assert.equal(lacking(state, { type: "frames", run: 1, history: since(10, 15) }), undefined);
    assert.equal(lacking(state, { type: "frames", run: 9, history: since(12, 15) }), undefined);
  });

  test("a change of a run's state keeps its frames", () => {
    const next = reduce(state, { type: "runs", runs: [{ ...run, state: "paused" }], shown: 1, overlays: [] });
    assert.equal(shownOf(next)?.state, "paused");
    assert.equal(next.history, state.history);
  });

  test("another run that is shown begins empty", () => {
    const next = reduce(state, {
      type: "runs",
      runs: [run, runOf(layers, { id: 2 })],
      shown: 2,
      overlays: [],
    });
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
