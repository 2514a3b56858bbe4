import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { RunSummary } from "../../src/protocol/webview.ts";
import {
  outcome,
  progress,
  short,
  statusHover,
  statusSpoken,
  statusText,
  stepsPerSecond,
} from "../../src/text/run.ts";

const run = (more: Partial<RunSummary>): RunSummary => ({
  id: 1,
  info: { model: "m", seed: 0, parameters: 10, steps: 500, layers: [], hist_every: 1, engine: "scalar" },
  state: "running",
  step: 240,
  loss: 0.69314,
  steps_per_second: 1239.6,
  file: "a.gradlens.json",
  started: "14:03:22",
  stale: false,
  controls: [],
  ...more,
});

/** Nothing was found. */
const fine = { severity: "ok", text: "All is well" } as const;

suite("progress", () => {
  test("says step, loss and speed", () => {
    assert.equal(progress(run({})), "step 240 / 500 · loss 0.693 · 1,240 steps/s");
  });
  test("leaves out how many steps there will be where nobody knows", () => {
    const { steps: _, ...info } = run({}).info;
    assert.equal(progress(run({ info })), "step 240 · loss 0.693 · 1,240 steps/s");
  });
  test("says that a run is paused instead of its speed", () => {
    assert.equal(progress(run({ state: "paused" })), "step 240 / 500 · loss 0.693 · paused");
  });
  test("has no figures before the first step", () => {
    assert.equal(progress(run({ step: 0, loss: NaN })), "step 0 / 500");
    assert.equal(progress(run({ step: 0, loss: NaN, state: "preparing" })), "preparing");
  });
  test("says which file is read and how far, without its folders", () => {
    const reading = (file: string) =>
      progress(run({ step: 0, state: "preparing", reading: { file, read: 43, total: 100 } }));
    assert.equal(reading("data/mnist.npy"), "reading mnist.npy 43 %");
    assert.equal(reading("data\\mnist.npy"), "reading mnist.npy 43 %");
    assert.ok(reading(`${"x".repeat(1000)}.csv`).length < 60);
  });
});

suite("outcome", () => {
  const ended = (end: RunSummary["end"] & object): RunSummary => run({ state: "ended", end });

  test("says loss and steps of a run that is complete", () => {
    const end = { reason: "completed", steps: 500, elapsed_ms: 400 } as const;
    assert.equal(outcome(ended(end)), "loss 0.693 after 500 steps · completed");
  });
  test("names the layer where a number stopped being finite", () => {
    const end = {
      reason: "non_finite",
      steps: 34,
      elapsed_ms: 1,
      layer: "block.3.0",
      where: "activation",
    } as const;
    assert.equal(outcome(ended(end)), "loss 0.693 after 34 steps · NaN or ∞ first in block.3.0 (activation)");
  });
  test("says so where only the loss is not finite", () => {
    const end = {
      reason: "non_finite",
      steps: 34,
      elapsed_ms: 1,
      layer: "loss",
      where: "activation",
    } as const;
    assert.equal(outcome(ended(end)), "loss 0.693 after 34 steps · NaN or ∞ in the loss");
  });
  test("gives the reason of a run that failed", () => {
    const end = { reason: "failed", steps: 0, elapsed_ms: 1, message: "wine.csv: no such file" } as const;
    assert.equal(outcome(ended(end)), "failed: wine.csv: no such file");
  });
  test("is the progress while the run goes on", () => assert.equal(outcome(run({})), progress(run({}))));
});

test("statusText has an icon for the state and stays short", () => {
  assert.match(statusText(run({}), fine), /^\$\(pulse\)\sm: step 240/);
  const end = { reason: "failed", steps: 0, elapsed_ms: 1, message: "x".repeat(500) } as const;
  assert.ok(statusText(run({ state: "ended", end }), fine).length < 80);
});

test("statusText says of a run that has ended that its model has changed since", () => {
  const end = { reason: "completed", steps: 500, elapsed_ms: 1 } as const;
  assert.equal(
    statusText(run({ state: "ended", end, stale: true }), fine),
    "$(check)\u00a0m: (stale) loss 0.693 after 500 steps · completed",
  );
  assert.doesNotMatch(statusText(run({ stale: true }), fine), /stale/);
});

test("a run that went to its end warns where something was found, and its hover says what", () => {
  const end = { reason: "completed", steps: 500, elapsed_ms: 1 } as const;
  const found = { severity: "warning", text: "No gradient gets through layer 2" } as const;
  assert.match(statusText(run({ state: "ended", end }), found), /^\$\(warning\)\sm: loss/);
  assert.match(statusText(run({}), found), /^\$\(pulse\)\sm/);
  assert.match(statusHover(run({ state: "ended", end }), found), /\n\nNo gradient gets through layer 2$/);
});

test("stepsPerSecond is 0 where no time has passed", () => {
  assert.equal(stepsPerSecond({ step: 10, ms: 0 }, { step: 110, ms: 500 }), 200);
  assert.equal(stepsPerSecond({ step: 10, ms: 5 }, { step: 11, ms: 5 }), 0);
});

test("short cuts with an ellipsis", () => {
  assert.equal(short("abcdef", 4), "abc…");
  assert.equal(short("abcd", 4), "abcd");
  assert.equal(short("ab🙂cd", 4), "ab…");
});

suite("names in the status bar", () => {
  const evil = "[a](command:b) $(bug)\n![i](https://x.y)";
  const end = { reason: "failed", steps: 0, elapsed_ms: 1, message: `${evil}: found "${evil}"` } as const;
  const hostile = run({ state: "ended", end, file: `${evil}.json` });
  const named = { ...hostile, info: { ...hostile.info, model: evil } };

  test("are text there, and for a screen reader", () => {
    assert.match(statusText(named, fine), /^\$\(error\)\s\[a\] \(command:b\) \$ \(bug\)\\n/);
    for (const text of [statusText(named, fine).slice("$(error)".length), statusSpoken(named, fine)]) {
      assert.doesNotMatch(text, /\]\(|\$\(|\n/);
    }
  });

  test("are text in the tooltip, each with its own characters", () => {
    assert.equal(
      statusHover({ ...run({ state: "ended", end: { ...end, message: "*x*" } }), file: "[f](g)" }, fine),
      "**m** · \\[f\\]\\(g\\)\n\nfailed\\: \\*x\\*\n\nAll is well",
    );
    assert.doesNotMatch(statusHover(named, fine), /(?<!\\)[[\]()!]|https?:/);
  });

  test("leave room for how the run goes, however long they are", () => {
    const long = { ...run({}), info: { ...run({}).info, model: "x".repeat(1e6) } };
    assert.match(statusText(long, fine), /^\$\(pulse\)\sx{20}…x{19}: step 240/);
  });
});
