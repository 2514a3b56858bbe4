import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { axesOf, isSameAxes } from "../../webview/charts/axes.ts";
import { layersAxis, logAxis, position, settled, stepsAxis, withRoomFor } from "../../webview/charts/axis.ts";
import type { LogAxis } from "../../webview/charts/axis.ts";
import type { LinesPlot } from "../../webview/charts/chart.ts";
import { layerTicks, linearTicks, logTicks } from "../../webview/charts/ticks.ts";
import { historyOf } from "../support/history.ts";
import { chainLayers, framesOf, layer, runOf } from "./runs.ts";

const log = (min: number, max: number, more: Partial<LogAxis> = {}): LogAxis => ({
  kind: "log",
  title: "",
  min,
  max,
  zero: false,
  infinite: false,
  ...more,
});

suite("a logarithmic axis", () => {
  test("spans whole decades around the values, gaps left out", () => {
    const { min, max } = logAxis("", [3e-7, NaN, 0.2]);
    assert.deepEqual([min, max], [-7, 0]);
  });

  test("spans two decades at least", () => {
    const { min, max } = logAxis("", [0.3, 0.5]);
    assert.deepEqual([min, max], [-2, 0]);
  });

  test("has room below for 0 and above for ∞", () => {
    const axis = logAxis("", [0, 1e-3, 1, Infinity]);
    assert.deepEqual([axis.min, axis.max, axis.zero, axis.infinite], [-4, 1, true, true]);
    assert.deepEqual(
      [0, 1e-3, Infinity].map((value) => position(axis, value)),
      [-4, -3, 1],
    );
    assert.deepEqual(
      logTicks(axis).map(({ at, label }) => `${at}: ${label}`),
      ["-4: 0", "-3: 10⁻³", "-2: 10⁻²", "-1: 10⁻¹", "0: 1", "1: ∞"],
    );
  });

  test("exists without any value", () => {
    const { min, max } = logAxis("", [NaN]);
    assert.ok(Number.isFinite(min) && max > min);
  });

  test("has no place for a NaN or a negative value", () => {
    assert.ok(Number.isNaN(position(log(-3, 0), NaN)));
    assert.ok(Number.isNaN(position(log(-3, 0), -1)));
  });

  test("is labelled at every n-th power where there are many", () => {
    assert.deepEqual(
      logTicks(log(-12, 0), 5).map(({ label }) => label),
      ["10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "1"],
    );
  });

  test("is labelled between the powers where there are few", () => {
    assert.deepEqual(
      logTicks(log(Math.log10(0.2), Math.log10(3))).map(({ label }) => label),
      ["0.2", "0.5", "1", "2"],
    );
  });
});

suite("an axis while data arrive", () => {
  test("grows at once", () => assert.equal(settled(log(-3, 0), log(-5, -1)).min, -5));
  test("stays where the data need a little less", () =>
    assert.equal(settled(log(-6, 0), log(-4, 0)).min, -6));
  test("shrinks where most of it is empty", () => assert.equal(settled(log(-12, 0), log(-3, 0)).min, -3));
  test("begins anew where it is of another kind", () => {
    const linear = { kind: "linear", title: "", min: 0, max: 1 } as const;
    assert.equal(settled(log(-12, 0), linear), linear);
  });
});

suite("two axes with one base line", () => {
  const plot = (min: number, max: number, times: number): LinesPlot => ({
    kind: "lines",
    x: layersAxis(chainLayers(1)),
    y: log(min, max),
    right: { title: "Product", times },
    series: [],
  });
  /** Where each has its 1, as a part of its height from below. */
  const bases = (axes: ReturnType<typeof axesOf>): readonly number[] =>
    [axes.y, axes.y2 ?? axes.x].map(({ min, max }) => -min / (max - min));

  test("share it however far one of them was held", () => {
    let axes = axesOf(plot(-0.7, 0.6, 18));
    for (const next of [plot(-0.6, 0.6, 1), plot(-3, 0.6, 2), plot(-0.6, 0.7, 1), plot(-0.6, 4, 9)]) {
      axes = axesOf(next, axes);
      const [left, right] = bases(axes);
      assert.ok(Math.abs(left - right) < 1e-12, `${left} and ${right}`);
    }
  });

  test("the one on the right holds its decades while they are at most twice what is needed", () => {
    const factor = (axes: ReturnType<typeof axesOf>): number => (axes.y2?.max ?? NaN) / axes.y.max;
    const before = axesOf(plot(-1, 1, 10));
    assert.ok(Math.abs(factor(axesOf(plot(-1, 1, 5), before)) - 10) < 1e-12);
    assert.ok(Math.abs(factor(axesOf(plot(-1, 1, 4), before)) - 4) < 1e-12);
    assert.ok(Math.abs(factor(axesOf(plot(-1, 1, 11), before)) - 11) < 1e-12);
  });
});

suite("room for the figures of another run", () => {
  const span = ({ min, max }: { readonly min: number; readonly max: number }): readonly number[] => [
    min,
    max,
  ];

  test("is made as long as the shown run keeps half of the axis", () => {
    assert.deepEqual(span(withRoomFor(log(-2, 0), [0.03, 2e-4])), [-4, 0]);
    assert.deepEqual(span(withRoomFor(log(-2, 0), [0.03, 2e-14, 1])), [-4, 0]);
    // Of the 2 decades that there are to give, 7 below and 9 above get 0.875 and 1.125, in whole ones 0 and 1.
    assert.deepEqual(span(withRoomFor(log(-2, 0), [1e-9, 1e9])), [-2, 1]);
    const linear = { kind: "linear", title: "Loss", min: 0, max: 0.8 } as const;
    assert.deepEqual(span(withRoomFor(linear, [0.7, 1.2])), [0, 1.2]);
    assert.deepEqual(span(withRoomFor(linear, [0.7, 1e20])), [0, 1.6]);
  });

  test("is not made where nothing needs it, nor for what has no place", () => {
    assert.deepEqual(span(withRoomFor(log(-2, 0), [])), [-2, 0]);
    assert.deepEqual(span(withRoomFor(log(-2, 0), [0.5, NaN, 0, Infinity])), [-2, 0]);
  });
});

suite("the axis of steps", () => {
  const layers = chainLayers(1);
  const history = historyOf(framesOf(layers, { steps: 70, gain: () => 1 }));
  const view = { run: runOf(layers), layers, history, others: [] };

  test("reaches to the power of two above the last step, so that it seldom moves", () => {
    assert.equal(stepsAxis(view).max, 128);
  });

  test("never reaches beyond the steps that the run will make", () => {
    const run = runOf(layers, { info: { ...view.run.info, steps: 100 } });
    assert.equal(stepsAxis({ ...view, run }).max, 100);
  });

  test("reaches to the power of two where nobody knows how many steps the run will make", () => {
    const { steps: _, ...info } = view.run.info;
    assert.equal(stepsAxis({ ...view, run: runOf(layers, { info }) }).max, 128);
  });

  test("ends with the last step of a run that has ended", () => {
    assert.equal(stepsAxis({ ...view, run: runOf(layers, { state: "ended" }) }).max, 70);
  });

  test("has no tick between two steps", () => {
    for (const max of [1, 2, 3, 7]) {
      const ticks = linearTicks({ ...stepsAxis(view), max }, 8).map(({ at }) => at);
      assert.deepEqual(
        ticks,
        Array.from({ length: max + 1 }, (_, step) => step),
      );
    }
  });

  test("is labelled at round steps", () => {
    assert.deepEqual(
      linearTicks({ kind: "linear", title: "", min: 0, max: 24_000 }, 5).map(({ label }) => label),
      ["0", "5,000", "10k", "15k", "20k"],
    );
  });
});

suite("the names along an axis of layers", () => {
  const axis = layersAxis(chainLayers(10));
  const letters = (label: string): number => label.length * 6;

  test("are those of all blocks where there is room, each in the middle of its layers", () => {
    const ticks = layerTicks(axis, 1000, letters);
    assert.equal(ticks.length, 11);
    assert.deepEqual(ticks[0], { at: 0.5, label: "block.0" });
  });

  test("are those of every n-th block where they would touch, and always the last", () => {
    assert.deepEqual(
      layerTicks(axis, 320, letters).map(({ label }) => label),
      ["block.0", "block.2", "block.4", "block.6", "block.8", "head"],
    );
  });

  test("name a layer without a name as sentences do", () => {
    const unnamed = layersAxis([layer("0", "Linear"), layer("1", "ReLU"), layer("head", "Linear")]);
    assert.deepEqual(
      layerTicks(unnamed, 1000, letters).map(({ label }) => label),
      ["layer 0", "layer 1", "head"],
    );
  });

  test("are shortened before they are spread", () => {
    const long = layersAxis([layer("a".repeat(60), "Linear"), layer("b".repeat(60), "Linear")]);
    assert.deepEqual(
      layerTicks(long, 120, letters, (name) => name.slice(0, 5)).map(({ label }) => label),
      ["aaaaa", "bbbbb"],
    );
  });

  test("are one where there is no room for two", () => {
    assert.deepEqual(layerTicks(axis, 20, letters), [{ at: 20, label: "head" }]);
  });
});

suite("axes that are compared", () => {
  test("are the same where nothing has moved: then nothing is laid out anew", () => {
    const layers = chainLayers(4);
    const axes = () => ({ x: layersAxis(layers), y: log(-4, 0) });
    assert.ok(isSameAxes(axes(), axes()));
    assert.ok(!isSameAxes(axes(), { ...axes(), y: log(-5, 0) }));
    assert.ok(!isSameAxes(axes(), { ...axes(), y2: log(-4, 0) }));
    assert.ok(!isSameAxes(axes(), { ...axes(), x: layersAxis(layers, [0, 2]) }));
    assert.ok(!isSameAxes(axes(), { ...axes(), x: layersAxis(chainLayers(4)) }));
  });
});
