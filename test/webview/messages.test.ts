import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { packFrames, packMessage } from "../../src/protocol/packed.ts";
import type { Frame } from "../../src/protocol/frame.ts";
import type { ToWebview } from "../../src/protocol/webview.ts";
import { toMessage } from "../../webview/messages.ts";
import { chainLayers, framesOf, runOf, stateOf } from "./runs.ts";

const layers = chainLayers(1);
/** As they arrive: the last frame alone has a histogram. */
const arriving = (steps: number): readonly Frame[] => {
  const all = framesOf(layers, { steps, gain: () => 0.5 });
  return all.map(({ hist, ...frame }, i) => (hist && i === all.length - 1 ? { ...frame, hist } : frame));
};
const frames = arriving(3);
const run = runOf(layers, { state: "ended", end: { reason: "completed", steps: 3, elapsed_ms: 5 } });
const state = stateOf([run], frames);
const [frame] = frames;

const packed = packFrames(frames);

suite("messages from the host", () => {
  const messages: readonly ToWebview[] = [
    state,
    stateOf([], []),
    { type: "frames", run: 1, frames },
    { type: "runs", runs: [run] },
    { type: "mark", layer: "head", scroll: true },
    { type: "mark", scroll: false },
  ];
  for (const message of messages) {
    test(`${message.type} is taken as the protocol has it`, () =>
      assert.deepEqual(toMessage(packMessage(message)), message));
  }

  test("any number of frames needs no more arrays than one", () => {
    const arrays = (value: unknown): number =>
      value instanceof Float64Array
        ? 1
        : typeof value === "object" && value !== null
          ? Object.values(value).reduce((sum: number, part) => sum + arrays(part), 0)
          : 0;
    const many = arriving(1000);
    const message = { ...stateOf([run], many), compare: { run: 0, frames: many } };
    assert.ok(arrays(packMessage(message)) < 10);
    const received = toMessage(packMessage(message));
    assert.ok(received?.type === "state");
    assert.equal(received.frames.length, 1000);
    received.frames.forEach((arrived, i) => assert.deepEqual(arrived, many[i]));
  });

  test("what is not a number stays so: in arrays as it is, outside where JSON made it null", () => {
    const received = toMessage(packMessage({ type: "frames", run: 1, frames: [{ ...frame, loss: NaN }] }));
    assert.ok(received?.type === "frames" && Number.isNaN(received.frames[0].loss));
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
    "frames that are a list": { type: "frames", run: 1, frames },
    "rows in a plain list": { type: "frames", run: 1, frames: { ...packed, values: [1, 2] } },
    "half a row": { type: "frames", run: 1, frames: { ...packed, values: new Float64Array(5) } },
    "half a histogram": { type: "frames", run: 1, frames: { ...packed, hist: new Float64Array(5) } },
    "half a frame": { type: "frames", run: 1, frames: { ...packed, totals: new Float64Array(5) } },
    "rows without a frame": { type: "frames", run: 1, frames: { ...packed, totals: new Float64Array(0) } },
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
