import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { toMessage } from "../../webview/messages.ts";
import { chainLayers, framesOf, runOf, stateOf } from "./runs.ts";

const layers = chainLayers(1);
const frames = framesOf(layers, { steps: 3, gain: () => 0.5 });
const run = runOf(layers, { state: "ended", end: { reason: "completed", steps: 3, elapsed_ms: 5 } });
const state = stateOf([run], frames);
const [frame] = frames;

suite("messages from the host", () => {
  for (const message of [
    state,
    stateOf([], []),
    { type: "frames", run: 1, frames },
    { type: "runs", runs: [run] },
    { type: "mark", layer: "head", scroll: true },
    { type: "mark", scroll: false },
  ]) {
    test(`${message.type} is taken as the protocol has it`, () =>
      assert.deepEqual(toMessage(message), message));
  }

  test("a NaN that JSON made null is a NaN again", () => {
    const sent = { type: "frames", run: 1, frames: [{ ...frame, loss: null, val_loss: null }] };
    const received = toMessage(sent);
    assert.ok(received?.type === "frames");
    assert.ok(Number.isNaN(received.frames[0].loss));
    assert.ok(Number.isNaN(received.frames[0].val_loss));
    const runs = toMessage({ type: "runs", runs: [{ ...run, loss: null }] });
    assert.ok(runs?.type === "runs" && Number.isNaN(runs.runs[0].loss));
  });

  const bad: Readonly<Record<string, unknown>> = {
    "no object": "state",
    null: null,
    "a list": [state],
    "no type": { runs: [] },
    "an unknown type": { type: "theme" },
    "the name of a method of objects": { type: "constructor" },
    "frames that are no list": { type: "frames", run: 1, frames: frame },
    "a frame whose rows are a plain list": { type: "frames", run: 1, frames: [{ ...frame, values: [1, 2] }] },
    "a frame with half a row": {
      type: "frames",
      run: 1,
      frames: [{ ...frame, values: new Float64Array(5) }],
    },
    "a frame with half a histogram": {
      type: "frames",
      run: 1,
      frames: [{ ...frame, hist: new Float64Array(5) }],
    },
    "a frame without a loss": { type: "frames", run: 1, frames: [{ ...frame, loss: undefined }] },
    "a step that is no count": { type: "frames", run: 1, frames: [{ ...frame, step: -1 }] },
    "a run in an unknown state": { type: "runs", runs: [{ ...run, state: "asleep" }] },
    "an end without a reason": { type: "runs", runs: [{ ...run, end: { steps: 1, elapsed_ms: 1 } }] },
    "a failure without its message": {
      type: "runs",
      runs: [{ ...run, end: { ...run.end, reason: "failed" } }],
    },
    "a layer without a path": {
      type: "runs",
      runs: [{ ...run, info: { ...run.info, layers: [{ type: "Linear" }] } }],
    },
    "a mark that is no path": { type: "mark", layer: 3, scroll: false },
  };
  for (const [what, message] of Object.entries(bad)) {
    test(`${what} is ignored`, () => assert.equal(toMessage(message), undefined));
  }
});
