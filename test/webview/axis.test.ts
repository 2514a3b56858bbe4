import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { layersAxis, logAxis, position, settled, stepsAxis } from "../../webview/charts/axis.ts";
import type { LogAxis } from "../../webview/charts/axis.ts";
import { layerTicks, linearTicks, logTicks } from "../../webview/charts/ticks.ts";
import { historyOf } from "../support/history.ts";
import { chainLayers, framesOf, runOf } from "./runs.ts";

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

suite("the axis of steps", () => {
  const layers = chainLayers(1);
  const history = historyOf(framesOf(layers, { steps: 70, gain: () => 1 }));
  const view = { run: runOf(layers), layers, history };

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

  test("are one where there is no room for two", () => {
    assert.deepEqual(layerTicks(axis, 20, letters), [{ at: 20, label: "head" }]);
  });
});
