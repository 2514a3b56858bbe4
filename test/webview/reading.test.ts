import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { COLUMN, STATS } from "../../src/protocol/frame.ts";
import type { Frame, Stat } from "../../src/protocol/frame.ts";
import type { LayerInfo } from "../../src/protocol/run.ts";
import { sentence } from "../../webview/reading.ts";
import type { Reading } from "../../webview/reading.ts";
import { mention } from "../../webview/views/sentence.ts";
import { frameOf } from "../support/frames.ts";
import { historyOf } from "../support/history.ts";
import { chainLayers, layer, runOf } from "./runs.ts";

/** The sentence about a run whose every step has these ‖∂L/∂h‖. */
const read = (
  layers: readonly LayerInfo[],
  deltas: readonly number[],
  { steps = 20, run = {}, change = (frame: Frame): Frame => frame } = {},
): Reading => {
  const rows = deltas.map((delta_norm) => ({ delta_norm, act_nonfinite: 0, grad_nonfinite: 0 }));
  const frames = Array.from({ length: steps }, (_, i) =>
    change(frameOf(rows, { loss: 0.7, grad_norm: 0.5, clip_coef: 1 }, i + 1)),
  );
  return sentence({ run: runOf(layers, run), layers, history: historyOf(frames) });
};

/** The frame with one figure of one layer changed. */
const withStat = (frame: Frame, row: number, stat: Stat, value: number): Frame => {
  const values = frame.values.slice();
  values[row * STATS.length + COLUMN[stat]] = value;
  return { ...frame, values };
};

const blocks = chainLayers(3); // six layers and the head
const threeLayers = [layer("0", "Linear"), layer("1", "ReLU"), layer("2", "Linear")];

suite("the sentence", () => {
  test("a gradient that shrinks names the rate per block and what the first gets", () => {
    // From block.2 to block.0 the norm at the block's end falls from 4e-4 to 4e-6: 10-fold at each of two blocks.
    assert.deepEqual(read(blocks, [3e-6, 4e-6, 3e-5, 4e-5, 3e-4, 4e-4, 1e-2]), {
      severity: "warning",
      layer: "block.0.0",
      text: "The gradient shrinks 10-fold at each block: block.0 gets 3·10⁻⁴ of what the head gets.",
    });
  });

  test("a gradient that grows says how many times more arrives", () => {
    assert.deepEqual(read(threeLayers, [4e4, 200, 1]), {
      severity: "warning",
      layer: "0",
      text: "The gradient grows 200-fold at each layer: layer 0 gets 4·10⁴ times what layer 2 gets.",
    });
  });

  test("less than three decades is a note, less than one and a half is healthy", () => {
    assert.equal(read(threeLayers, [0.005, 0.1, 1]).severity, "info");
    assert.deepEqual(read(threeLayers, [0.42, 0.7, 1]), {
      severity: "ok",
      layer: "0",
      text: "The gradient reaches every layer: layer 0 gets 0.42 of what layer 2 gets.",
    });
  });

  test("the layer that gets least is named, wherever it lies", () => {
    assert.equal(read(threeLayers, [0.1, 1e-7, 1]).layer, "1");
  });

  test("one wild step among calm ones does not change the numbers", () => {
    const calm = read(threeLayers, [0.42, 0.7, 1]);
    const change = (frame: Frame): Frame =>
      frame.step === 9 ? withStat(frame, 0, "delta_norm", 1e-9) : frame;
    assert.deepEqual(read(threeLayers, [0.42, 0.7, 1], { change }), calm);
  });

  test("a gradient of exactly 0 names the layer that lets nothing through", () => {
    assert.deepEqual(read(threeLayers, [0, 0, 0.3]), {
      severity: "warning",
      layer: "2",
      text: "No gradient gets through layer 2: ∂L/∂h is exactly 0 at layer 1.",
    });
  });

  test("a loss without a gradient is said so", () => {
    assert.equal(
      read(threeLayers, [0, 0, 0]).text,
      "The loss sends no gradient back: ∂L/∂h is exactly 0 at every layer.",
    );
  });

  test("the first layer with a NaN going forward is named before those going backward", () => {
    const change = (frame: Frame): Frame =>
      withStat(
        withStat(withStat(frame, 0, "grad_nonfinite", 3), 1, "act_nonfinite", 2),
        2,
        "act_nonfinite",
        2,
      );
    assert.deepEqual(read(threeLayers, [1, 1, 1], { change }), {
      severity: "error",
      layer: "1",
      text: "NaN or ∞ in the activation of layer 1 at step 1.",
    });
  });

  test("going backward the last layer with a NaN is the cause", () => {
    const change = (frame: Frame): Frame =>
      withStat(withStat(frame, 0, "grad_nonfinite", 3), 1, "grad_nonfinite", 2);
    assert.equal(read(threeLayers, [1, 1, 1], { change }).layer, "1");
  });

  test("a run that ended non-finite names what ended it", () => {
    const end = {
      reason: "non_finite",
      steps: 20,
      elapsed_ms: 9,
      layer: "block.1.0",
      where: "gradient",
    } as const;
    assert.deepEqual(read(blocks, [1, 1, 1, 1, 1, 1, 1], { run: { state: "ended", end } }), {
      severity: "error",
      layer: "block.1.0",
      text: "The first NaN or ∞ was in the gradient of block.1.0 at step 20.",
    });
  });

  test("a run that failed says why", () => {
    const end = { reason: "failed", steps: 0, elapsed_ms: 9, message: "iris.csv: no such file" } as const;
    const reading = read(threeLayers, [], { steps: 0, run: { state: "ended", end } });
    assert.deepEqual(reading, { severity: "error", text: "The run failed: iris.csv: no such file" });
  });

  test("before the first step there is nothing to read", () => {
    assert.deepEqual(read(threeLayers, [], { steps: 0 }), {
      severity: "info",
      text: "Waiting for the first step.",
    });
  });

  test("few steps are said to be few", () => {
    assert.match(read(threeLayers, [0.42, 0.7, 1], { steps: 1 }).text, / Only 1 step so far\.$/);
    assert.match(read(threeLayers, [0.42, 0.7, 1], { steps: 4 }).text, / Only 4 steps so far\.$/);
    assert.doesNotMatch(read(threeLayers, [0.42, 0.7, 1], { steps: 5 }).text, /Only/);
  });

  test("one layer has no depth to compare along", () => {
    assert.equal(
      read([layer("head", "Linear")], [1]).text,
      "Too few layers to compare along depth; the gradient's norm is 0.50.",
    );
  });

  test("a gradient that vanishes through time is told although depth is healthy", () => {
    const layers = [layer("rnn", "RNN", { time: 3 }), layer("head", "Linear")];
    const change = (frame: Frame): Frame => ({ ...frame, time: Float64Array.of(2e-9, 1e-4, 0.1) });
    assert.deepEqual(read(layers, [0.5, 1], { change }), {
      severity: "warning",
      layer: "rnn",
      text: "The gradient reaches every layer: the rnn gets 0.50 of what the head gets. Through time, 2·10⁻⁸ of it gets back over the 3 steps of rnn.",
    });
  });
});

suite("the link in the sentence", () => {
  test("is the path where it is named", () => {
    assert.deepEqual(mention("in block.7.0 at step 7", "block.7.0"), { word: "block.7.0", at: 3 });
  });

  test("is the block where only that is named", () => {
    assert.deepEqual(mention("each block: block.7 gets", "block.7.0"), { word: "block.7", at: 12 });
  });

  test("is never a part of a longer path or of a number", () => {
    assert.equal(mention("block.10 gets 0.42", "block.1"), undefined);
    assert.equal(mention("0.42 of what layer 3 gets", "0"), undefined);
  });
});
