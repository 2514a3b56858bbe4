import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Frame } from "../../src/protocol/frame.ts";
import type { RunEnd } from "../../src/protocol/run.ts";
import { charts } from "../../webview/charts/index.ts";
import { gains } from "../../webview/charts/gains.ts";
import { gradientFlow } from "../../webview/charts/gradientFlow.ts";
import { histogram } from "../../webview/charts/histogram.ts";
import { loss } from "../../webview/charts/loss.ts";
import { overTime } from "../../webview/charts/overTime.ts";
import { throughTime } from "../../webview/charts/throughTime.ts";
import { breakOf, finiteFrames, shownFrame } from "../../src/insight/finite.ts";
import { historyOf } from "../support/history.ts";
import { brokenNote } from "../../webview/nonFinite.ts";
import { summarise } from "../../src/insight/findings/summarise.ts";
import type { View } from "../../webview/view.ts";
import { overSteps } from "../../webview/views/plot.ts";
import { HIST_BINS } from "../../src/protocol/frame.ts";
import { frameOf } from "../support/frames.ts";
import { layer, runOf } from "./runs.ts";

const layers = [layer("0", "Linear"), layer("rnn", "RNN", { time: 2 }), layer("head", "Linear")];

const hist = (bin: number): Float64Array =>
  Float64Array.from({ length: 3 * HIST_BINS }, (_, i) => (i % HIST_BINS === bin ? 8 : 0));

/** A step of a run whose gradient doubles at each layer on its way back. */
const finite = (step: number): Frame => ({
  ...frameOf(
    [4, 2, 1].map((delta_norm) => ({
      delta_norm,
      gain: 2,
      grad_norm: delta_norm,
      grad_nonfinite: 0,
      act_nonfinite: 0,
    })),
    { loss: 10 + step, grad_norm: 5, clip_coef: 1 },
    step,
  ),
  time: Float64Array.of(0.5, 1),
  hist: hist(40),
});

/** A step at which everything is lost from the second layer on. */
const lost = (step: number): Frame => ({
  ...frameOf(
    [0, 4, 4].map((act_nonfinite) => ({ grad_nonfinite: 4, act_nonfinite })),
    {},
    step,
  ),
  time: Float64Array.of(NaN, NaN),
  hist: hist(-1),
});

const end: RunEnd = { reason: "non_finite", steps: 3, elapsed_ms: 1, layer: "rnn", where: "activation" };

const viewOf = (frames: readonly Frame[], ended: RunEnd | "goes on" = end): View => ({
  run: runOf(layers, ended === "goes on" ? {} : { state: "ended", end: ended }),
  layers,
  history: historyOf(frames),
  others: [],
});

const broken = viewOf([finite(1), finite(2), lost(3)]);
const whole = viewOf([finite(1), finite(2)], { reason: "completed", steps: 2, elapsed_ms: 1 });

suite("a run that broke", () => {
  test("shows its last finite step, and knows where it broke", () => {
    assert.equal(shownFrame(broken.history)?.step, 2);
    assert.deepEqual(
      finiteFrames(broken.history).map(({ step }) => step),
      [1, 2],
    );
    assert.deepEqual(breakOf(broken), { step: 3, layer: "rnn", where: "activation" });
    assert.equal(breakOf(whole), undefined);
  });

  test("has its bands and medians of the last 20 finite steps, however many are kept and how", () => {
    const kept = { recent: [finite(1), finite(30), finite(31), finite(50), lost(51)] };
    assert.deepEqual(
      finiteFrames(kept).map(({ step }) => step),
      [31, 50],
    );
  });

  test("names the first layer going forward while it has not ended", () => {
    assert.deepEqual(breakOf(viewOf([finite(1), lost(2)], "goes on")), {
      step: 2,
      layer: "rnn",
      where: "activation",
    });
  });

  test("names no layer where only the loss broke", () => {
    const view = viewOf([finite(1), { ...finite(2), loss: Infinity }], { ...end, layer: "loss" });
    assert.deepEqual(breakOf(view), { step: 2 });
  });

  test("shows the step whose update broke the weights: all its figures are finite", () => {
    const view = viewOf([finite(1), finite(2)], { ...end, where: "weight" });
    assert.equal(shownFrame(view.history)?.step, 2);
    assert.equal(brokenNote(view), " · NaN or ∞ in rnn at step 2");
  });

  test("breaks by a gradient that is ∞, too", () => {
    const infinite = frameOf(
      [{ delta_norm: Infinity }, { delta_norm: 1 }, { delta_norm: 1 }],
      { loss: 1, grad_norm: 1 },
      2,
    );
    assert.deepEqual(breakOf(viewOf([finite(1), infinite], "goes on")), { step: 2 });
  });

  test("has nothing else to show where it broke at its first step", () => {
    const view = viewOf([lost(1)]);
    assert.equal(shownFrame(view.history)?.step, 1);
    assert.equal(brokenNote(view), " · NaN or ∞ in rnn at step 1");
  });

  test("keeps the cause in the sentence", () => {
    assert.equal(summarise(broken).text, "The first NaN or ∞ was in the activation of the rnn at step 3.");
  });

  test("says in every reading up to where the figures are finite", () => {
    assert.equal(brokenNote(broken), " · finite up to step 2 · NaN or ∞ in rnn at step 3");
    assert.equal(brokenNote(whole), "");
  });

  for (const chart of charts) {
    test(`${chart.id} reads and draws what it did before the break`, () => {
      if (chart !== overTime && chart !== loss) assert.equal(chart.reading(broken), chart.reading(whole));
      // What is drawn over the steps goes on to the one that broke, where it has a gap.
      if (!overSteps(chart.plot(whole))) {
        assert.deepEqual(chart.plot(broken), chart.plot(whole));
        assert.deepEqual(chart.table(broken), chart.table(whole));
      }
      assert.doesNotMatch(chart.reading(broken), /NaN|∞|Every|No gradient|exactly 0/);
    });
  }

  test("readings name the step where it is not the latest", () => {
    assert.equal(loss.reading(broken), "12.0 at step 2, lowest 11.0 at step 1");
    assert.equal(overTime.reading(broken), "layer 0: 4.0 times the last layer's, 4 at step 1");
  });

  test("figures of a layer are those of the last finite step, which is named", () => {
    const { title, rows } = gradientFlow.describe(broken, { layer: 0 });
    assert.equal(title, "layer 0 Linear, step 2");
    assert.deepEqual(rows[0], ["‖∂L/∂h‖", "4.0"]);
  });

  test("the step that broke is told as such where it is pointed at", () => {
    const { title, rows } = overTime.describe(broken, { layer: 0, x: 2.5 });
    assert.equal(title, "layer 0");
    assert.deepEqual(rows, [
      ["step", "3"],
      ["‖∂L/∂h‖", "NaN"],
      ["of the last layer's", "NaN or ∞"],
    ]);
    assert.deepEqual(overTime.table(broken).rows[0], ["0", 4, 4, "NaN or ∞"]);
  });
});

suite("what is not there is called what it is", () => {
  const zero = (step: number): Frame => ({
    ...frameOf(
      layers.map(() => ({ delta_norm: 0, grad_norm: 0, grad_nonfinite: 0, act_nonfinite: 0 })),
      { loss: 0.5, grad_norm: 0, clip_coef: 1 },
      step,
    ),
    time: Float64Array.of(0, 0),
    hist: hist(-1),
  });
  const views = {
    nothing: viewOf([], "goes on"),
    zeros: viewOf([zero(1)], "goes on"),
    lost: viewOf([lost(1)]),
  };
  const readings = (chart: (typeof charts)[number]): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(views).map(([what, view]) => [what, chart.reading(view)]));

  test("in the gradient flow", () =>
    assert.deepEqual(readings(gradientFlow), {
      nothing: "No step yet",
      zeros: "‖∂L/∂h‖ is exactly 0 at every layer",
      lost: "No finite step",
    }));

  test("in the chain of gains", () =>
    assert.deepEqual(readings(gains), {
      nothing: "No step yet",
      zeros: "No factor to be had: the gradient is exactly 0 at every layer",
      lost: "No finite step",
    }));

  test("over time", () =>
    assert.deepEqual(readings(overTime), {
      nothing: "No step yet",
      zeros: "layer 0: exactly 0 now",
      lost: "No finite step",
    }));

  test("through time", () =>
    assert.deepEqual(readings(throughTime), {
      nothing: "No step yet",
      zeros: "The gradient is exactly 0 at the last time step",
      lost: "No finite step",
    }));

  test("among the sizes of the elements", () => {
    const at1 = " (at step 1: counted every 10 steps)";
    assert.equal(histogram.reading(views.zeros), `Every element is 0${at1}`);
    assert.equal(histogram.reading(views.lost), `No element is finite and not 0${at1}`);
    assert.deepEqual(histogram.describe(views.zeros, { layer: 0 }).rows, [
      ["median size", "Every element is 0"],
    ]);
  });

  test("in figures and tables of a first step that broke", () => {
    assert.deepEqual(gradientFlow.describe(views.lost, { layer: 0 }).rows.slice(0, 2), [
      ["‖∂L/∂h‖", "NaN"],
      ["‖∂L/∂θ‖", "NaN"],
    ]);
    assert.deepEqual(gradientFlow.table(views.lost).rows[0], ["0", "Linear", "NaN", "NaN"]);
    assert.deepEqual(gradientFlow.table(views.zeros).rows[1], ["rnn", "RNN", 0, 0]);
  });

  test("a gradient that ends on its way back ends at the layer nearest to the loss", () => {
    const frame = frameOf(
      [0, 0, 0.5].map((delta_norm) => ({ delta_norm })),
      { loss: 1, grad_norm: 1 },
    );
    assert.equal(gradientFlow.reading(viewOf([frame], "goes on")), "‖∂L/∂h‖ falls from 0.50 to 0 at rnn");
  });
});
