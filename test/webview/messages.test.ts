import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { History } from "../../src/protocol/history.ts";
import type { ToWebview } from "../../src/protocol/webview.ts";
import { toMessage } from "../../webview/messages.ts";
import { recorded } from "../support/history.ts";
import { chainLayers, framesOf, runOf, stateOf } from "./runs.ts";

const layers = chainLayers(1);
const frames = framesOf(layers, { steps: 3, gain: () => 0.5 });
const history = recorded(frames).since(0);
const run = runOf(layers, { state: "ended", end: { reason: "completed", steps: 3, elapsed_ms: 5 } });
const state = stateOf([run], frames);
suite("messages from the host", () => {
  const messages: readonly ToWebview[] = [
    state,
    stateOf([], []),
    { ...state, overlays: [{ run: 0, because: "pinned" }] },
    { type: "frames", run: 1, history },
    { type: "runs", runs: [run], overlays: [] },
    { type: "layer", layer: "head" },
    { type: "mark", layer: "head", scroll: true },
    { type: "mark", scroll: false },
  ];
  for (const message of messages) {
    test(`${message.type} is taken as the protocol has it`, () =>
      assert.deepEqual(toMessage(message), message));
  }

  test("any number of frames needs no more arrays than one", () => {
    const arrays = (value: unknown): number =>
      value instanceof Float64Array
        ? 1
        : typeof value === "object" && value !== null
          ? Object.values(value).reduce((sum: number, part) => sum + arrays(part), 0)
          : 0;
    const many = recorded(framesOf(layers, { steps: 1000, gain: () => 0.5 })).since(0);
    assert.ok(arrays(stateOf([run], many)) < 12);
  });

  test("what is not a number stays so: in arrays as it is, outside where JSON made it null", () => {
    const broken = recorded([{ ...frames[0], loss: NaN }]).since(0);
    const received = toMessage({ type: "frames", run: 1, history: broken });
    assert.ok(received?.type === "frames");
    assert.ok(Number.isNaN(History.EMPTY.extended(received.history)?.latest()?.loss));
    const runs = toMessage({ type: "runs", runs: [{ ...run, loss: null }], overlays: [] });
    assert.ok(runs?.type === "runs" && Number.isNaN(runs.runs[0].loss));
  });

  test("a run may not know how many steps it will make", () => {
    const { steps: _, ...info } = run.info;
    const message = { type: "runs", runs: [{ ...run, info }], overlays: [] };
    assert.deepEqual(toMessage(message), message);
  });

  const three = history.frames;
  const part = (values: object): object => ({ type: "frames", run: 1, history: { ...history, ...values } });
  const bad: Readonly<Record<string, unknown>> = {
    "no object": "state",
    null: null,
    "a list": [state],
    "no type": { runs: [] },
    "an unknown type": { type: "theme" },
    "the name of a method of objects": { type: "constructor" },
    "a history that is a list": { type: "frames", run: 1, history: frames },
    "rows in a plain list": part({ frames: { ...three, values: [1, 2] } }),
    "half a row": part({ frames: { ...three, values: new Float64Array(5) } }),
    "half a histogram": part({ hist: new Float64Array(5) }),
    "half a frame": part({ frames: { ...three, totals: new Float64Array(5) } }),
    "rows without a frame": part({ frames: { ...three, totals: new Float64Array(0) } }),
    "half a bucket": part({ course: new Float64Array(5) }),
    "half an evaluation": part({ validation: new Float64Array(5) }),
    "the way of more layers than there are": part({ moved: new Float64Array(500) }),
    "half a tally": part({ head: new Float64Array(5) }),
    "a run in an unknown state": { type: "runs", runs: [{ ...run, state: "asleep" }], overlays: [] },
    "an end without a reason": {
      type: "runs",
      runs: [{ ...run, end: { steps: 1, elapsed_ms: 1 } }],
      overlays: [],
    },
    "a failure without its message": {
      type: "runs",
      runs: [{ ...run, end: { ...run.end, reason: "failed" } }],
      overlays: [],
    },
    "a layer without a path": {
      type: "runs",
      runs: [{ ...run, info: { ...run.info, layers: [{ type: "Linear" }] } }],
      overlays: [],
    },
    "a run under the shown one for no reason": {
      type: "runs",
      runs: [run],
      overlays: [{ run: 1, because: "" }],
    },
    "a mark that is no path": { type: "mark", layer: 3, scroll: false },
  };
  for (const [what, message] of Object.entries(bad)) {
    test(`${what} is ignored`, () => assert.equal(toMessage(message), undefined));
  }
});
