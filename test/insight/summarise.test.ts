import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { COLUMN, STATS } from "../../src/protocol/frame.ts";
import type { Frame, Stat } from "../../src/protocol/frame.ts";
import type { LayerInfo } from "../../src/protocol/run.ts";
import { findings } from "../../src/insight/findings/index.ts";
import { layerText, summarise, type Summary } from "../../src/insight/findings/summarise.ts";
import { mention, type Reading } from "../../webview/views/sentence.ts";
import { frameOf } from "../support/frames.ts";
import { historyOf } from "../support/history.ts";
import { chainLayers, layer, runOf } from "../webview/runs.ts";

/** The sentence about a run whose every step has these ‖∂L/∂h‖. */
const read = (
  layers: readonly LayerInfo[],
  deltas: readonly number[],
  {
    steps = 20,
    run = {},
    change = (frame: Frame): Frame => frame,
    loss = (_step: number): number => 0.7,
  } = {},
): Summary => {
  const rows = deltas.map((delta_norm) => ({ delta_norm, act_nonfinite: 0, grad_nonfinite: 0 }));
  const frames = Array.from({ length: steps }, (_, i) =>
    change(frameOf(rows, { loss: loss(i + 1), grad_norm: 0.5, clip_coef: 1 }, i + 1)),
  );
  return summarise({ run: runOf(layers, run), layers, history: historyOf(frames) });
};

/** What the panel's first line shows of such a run. */
const said = (...run: Parameters<typeof read>): Reading => {
  const { severity, text, layer } = read(...run);
  return { severity, text, ...(layer !== undefined && { layer }) };
};

/** The frame with one figure of one layer changed. */
const withStat = (frame: Frame, row: number, stat: Stat, value: number): Frame => {
  const values = frame.values.slice();
  values[row * STATS.length + COLUMN[stat]] = value;
  return { ...frame, values };
};

const blocks = chainLayers(3); // six layers and the head
const threeLayers = [layer("0", "Linear"), layer("1", "ReLU"), layer("2", "Linear")];

/** What the loss says of a run of 20 steps that stays at 0.7; nobody knows what a constant would cost. */
const RESTS = "the loss is at 0.700 (mean of the last 5 steps); it began at 0.700.";

/** A loss that has fallen to a half at once and rests there: nothing is found in it. */
const halved = (step: number): number => (step < 3 ? 1.4 : 0.7);

suite("the sentence", () => {
  test("a gradient that shrinks names the rate per block and what the first gets", () => {
    // From block.2 to block.0 the norm at the block's end falls from 4e-4 to 4e-6: 10-fold at each of two blocks.
    assert.deepEqual(said(blocks, [3e-6, 4e-6, 3e-5, 4e-5, 3e-4, 4e-4, 1e-2]), {
      severity: "error",
      layer: "block.0.0",
      text: `The gradient shrinks 10-fold at each block: block.0 gets 3·10⁻⁴ of what the head gets (3·10⁻⁴ at the first step), and ${RESTS}`,
    });
  });

  test("a gradient that grows says how many times more arrives", () => {
    assert.deepEqual(said(threeLayers, [4e4, 200, 1]), {
      severity: "error",
      layer: "0",
      text: `The gradient grows on its way back: at the first step layer 0 gets 4·10⁴ times what layer 2 gets, and ${RESTS}`,
    });
  });

  test("less than three decades is a note, less than one and a half is healthy", () => {
    assert.equal(read(threeLayers, [0.005, 0.1, 1], { loss: halved }).severity, "info");
    assert.deepEqual(said(threeLayers, [0.42, 0.7, 1], { loss: halved }), {
      severity: "ok",
      layer: "0",
      text: "The gradient reaches every layer: layer 0 gets 0.42 of what layer 2 gets.",
    });
  });

  test("the layer that gets least is named, wherever it lies", () => {
    assert.equal(read(threeLayers, [0.1, 1e-7, 1], { loss: halved }).layer, "1");
  });

  test("one wild step among calm ones does not change the numbers", () => {
    const calm = said(threeLayers, [0.42, 0.7, 1]);
    const change = (frame: Frame): Frame =>
      frame.step === 9 ? withStat(frame, 0, "delta_norm", 1e-9) : frame;
    assert.deepEqual(said(threeLayers, [0.42, 0.7, 1], { change }), calm);
  });

  test("a gradient of exactly 0 names the layer that lets nothing through", () => {
    assert.deepEqual(said(threeLayers, [0, 0, 0.3]), {
      severity: "error",
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
    assert.deepEqual(said(threeLayers, [1, 1, 1], { change }), {
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
    assert.deepEqual(said(blocks, [1, 1, 1, 1, 1, 1, 1], { run: { state: "ended", end } }), {
      severity: "error",
      layer: "block.1.0",
      text: "The first NaN or ∞ was in the gradient of block.1.0 at step 20.",
    });
  });

  test("a run that ended non-finite says what computed it, and from which numbers", () => {
    const cause = { steps: 20, elapsed_ms: 9, inputs: { min: -1.4e31, max: 0.25 } };
    const layer = {
      reason: "non_finite",
      layer: "block.1.0",
      where: "activation",
      op: "linear",
      ...cause,
    } as const;
    assert.equal(
      said(blocks, [1, 1, 1, 1, 1, 1, 1], { run: { state: "ended", end: layer } }).text,
      "The first NaN or ∞ was in the activation of block.1.0 at step 20: linear made it of numbers from −1.4·10³¹ to 0.25.",
    );
    const loss = {
      reason: "non_finite",
      layer: "loss",
      where: "activation",
      op: "MSELoss",
      ...cause,
    } as const;
    assert.equal(
      said(blocks, [1, 1, 1, 1, 1, 1, 1], { run: { state: "ended", end: loss } }).text,
      "The loss is no longer finite at step 20, although every layer's output is: MSELoss made it of numbers from −1.4·10³¹ to 0.25.",
    );
  });

  test("a run that failed says why", () => {
    const end = { reason: "failed", steps: 0, elapsed_ms: 9, message: "iris.csv: no such file" } as const;
    const reading = said(threeLayers, [], { steps: 0, run: { state: "ended", end } });
    assert.deepEqual(reading, { severity: "error", text: "The run failed: iris.csv: no such file" });
  });

  test("before the first step there is nothing to read", () => {
    assert.deepEqual(said(threeLayers, [], { steps: 0 }), {
      severity: "info",
      text: "Waiting for the first step.",
    });
  });

  test("few steps are said to be few", () => {
    assert.match(read(threeLayers, [0.42, 0.7, 1], { steps: 1 }).text, / Only 1 step so far\.$/);
    assert.match(read(threeLayers, [0.42, 0.7, 1], { steps: 19 }).text, / Only 19 steps so far\.$/);
    assert.doesNotMatch(read(threeLayers, [0.42, 0.7, 1], { steps: 20 }).text, /Only/);
  });

  test("one layer has no depth to compare along", () => {
    assert.equal(
      read([layer("head", "Linear")], [1], { loss: halved }).text,
      "Too few layers to compare along depth; the gradient's norm is 0.50.",
    );
  });

  test("a gradient that vanishes through time is told, however healthy depth is", () => {
    const layers = [layer("rnn", "RNN", { time: 3 }), layer("head", "Linear")];
    const change = (frame: Frame): Frame => ({ ...frame, time: Float64Array.of(2e-9, 1e-4, 0.1) });
    assert.deepEqual(said(layers, [0.5, 1], { change }), {
      severity: "error",
      layer: "rnn",
      text: `Through time, 2·10⁻⁸ of the gradient gets back over the 3 steps of rnn (2·10⁻⁸ at the first step), and ${RESTS}`,
    });
  });
});

/** Goes on falling: after forty steps the window of the last eight has a mean of 0.9 · 0.97^36.5 = 0.296, and a little for its curve. */
const falling = (step: number): number => 0.9 * 0.97 ** step;

suite("a finding", () => {
  const vanishing = [1e-5, 1e-2, 1] as const;
  const inBlocks = [1e-5, 1e-5, 1e-4, 1e-4, 1e-2, 1e-2, 1] as const;

  test("has the id of what it is, and marks the layers whose share is small", () => {
    const { findings, marks } = read(blocks, inBlocks);
    assert.deepEqual(
      findings.map(({ id, cause }) => [id, cause]),
      [
        ["vanishing-depth", undefined],
        ["loss-stalled", "vanishing-depth"],
      ],
    );
    assert.deepEqual(marks, [
      ...Array<string>(4).fill("vanishing2"),
      ...Array<string>(2).fill("vanishing1"),
      "even",
    ]);
    assert.equal(read(threeLayers, [1e5, 1, 1]).findings[0]?.id, "exploding-depth");
    assert.equal(read(threeLayers, [0, 1, 1]).findings[0]?.id, "zero-gradient");
  });

  test("of depth is none where the model trains, however small the share", () => {
    const trains = read(threeLayers, vanishing, { steps: 40, loss: falling });
    assert.equal(trains.training, "trains");
    assert.deepEqual(trains.findings, []);
    assert.deepEqual(trains.marks, ["even", "even", "even"]);
    assert.equal(trains.severity, "ok");
    assert.equal(
      trains.text,
      "The loss falls, from 0.873 to 0.297, although layer 0 gets 10⁻⁵ of what layer 2 gets.",
    );
    assert.equal(
      layerText(trains, 0),
      "Less than a thousandth of the last layer's gradient arrives here, and the loss falls all the same.",
    );
  });

  test("is taken back, and comes back, with the loss", () => {
    const rested = read(blocks, inBlocks, { steps: 200, loss: (step) => Math.max(0.8, falling(step)) });
    assert.equal(rested.training, "stuck");
    assert.equal(rested.findings[0]?.id, "vanishing-depth");
    assert.deepEqual(read(blocks, inBlocks, { steps: 200, loss: falling }).findings, []);
  });

  test("is none before there are steps enough to judge by", () => {
    const early = read(threeLayers, vanishing, { steps: 19 });
    assert.equal(early.training, "early");
    assert.deepEqual(early.findings, []);
    assert.deepEqual(early.marks, ["even", "even", "even"]);
    assert.equal(early.severity, "info");
  });

  test("of a gradient of exactly 0 stays where the loss falls: what lies before never learns", () => {
    const { severity, marks } = read(threeLayers, [0, 0, 1], { steps: 40, loss: falling });
    assert.equal(severity, "warning");
    assert.deepEqual(marks, ["vanishing3", "vanishing3", "faulty"]);
  });

  test("is none where a loss that has trained sends nothing back any more", () => {
    const { severity, marks } = read(threeLayers, [0, 0, 0], { steps: 40, loss: falling });
    assert.equal(severity, "info");
    assert.deepEqual(marks, ["even", "even", "even"]);
  });

  test("through time marks the recurrent layer, and is what is said of it", () => {
    const layers = [layer("rnn", "RNN", { time: 3 }), layer("head", "Linear")];
    const change = (frame: Frame): Frame => ({ ...frame, time: Float64Array.of(2e-9, 1e-4, 0.1) });
    const found = read(layers, [0.5, 1], { change });
    assert.deepEqual(found.marks, ["vanishing3", "even"]);
    assert.match(layerText(found, 0), /^Through time, 2·10⁻⁸ of the gradient gets back/);
    assert.deepEqual(read(layers, [0.5, 1], { change, steps: 40, loss: falling }).findings, []);
  });

  test("of a NaN marks every layer that has one, and hides all others", () => {
    const change = (frame: Frame): Frame => withStat(frame, 1, "act_nonfinite", 2);
    const { findings, marks } = read(threeLayers, vanishing, { change });
    assert.deepEqual(
      findings.map(({ id }) => id),
      ["non-finite"],
    );
    assert.deepEqual(marks, ["even", "nonfinite", "even"]);
  });

  test("of a gradient that is ∞ agrees with the frame that it breaks", () => {
    const change = (frame: Frame): Frame =>
      frame.step === 20 ? withStat(frame, 0, "delta_norm", Infinity) : frame;
    const { severity, marks } = read(threeLayers, [1, 1, 1], { change });
    assert.equal(severity, "error");
    assert.deepEqual(marks, ["nonfinite", "even", "faulty"]);
  });

  test("has an id of its own, and says why it matters", () => {
    assert.equal(new Set(findings.map(({ id }) => id)).size, findings.length);
    for (const { why } of findings) assert.match(why, /^[A-Z].*\.$/);
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
