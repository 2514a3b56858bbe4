import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Spectrum } from "../../src/protocol/spectrum.ts";
import { charts } from "../../webview/charts/index.ts";
import { spectrum } from "../../webview/charts/spectrum.ts";
import { toMessage } from "../../webview/messages.ts";
import { INITIAL, reduce } from "../../webview/store.ts";
import { viewOf, type View } from "../../webview/view.ts";
import { chainLayers, framesOf, runOf, stateOf } from "./runs.ts";

const layers = chainLayers(2);
const state = toMessage(
  stateOf([runOf(layers)], framesOf(layers, { steps: 3, gain: () => 1, loss: () => 1 })),
);

function viewWith(held: Spectrum): View {
  const message = toMessage({ type: "spectrum", spectrum: held });
  assert.ok(state && message);
  const view = viewOf(reduce(reduce(INITIAL, state), message));
  assert.ok(view);
  return view;
}

const some: Spectrum = { path: "block.0", inputs: 3, outputs: 2, step: 40, values: Float64Array.of(4, 0.5) };

suite("the chart of a Jacobian spectrum", () => {
  test("says where it is from, its extremes, and the condition number", () => {
    assert.equal(
      spectrum.reading(viewWith(some)),
      "block.0 (3 → 2, at step 40): from 4.0 to 0.50, condition number 8.0",
    );
  });

  test("says how sure a largest value alone is, and that of a singular one the condition number is ∞", () => {
    const wide = viewWith({ ...some, path: "", values: Float64Array.of(2), error: 0.01 });
    assert.match(spectrum.reading(wide), /^The whole model .*stretches by up to 2\.0 \(± 0\.02; /);
    const singular = viewWith({ ...some, values: Float64Array.of(2, 0) });
    assert.match(spectrum.reading(singular), /from 2\.0 to 0, condition number ∞$/);
  });

  test("draws every value, the largest first, and a line at 1", () => {
    const plot = spectrum.plot(viewWith(some));
    assert.equal(plot.kind, "lines");
    const [line, values] = plot.series;
    assert.ok(line?.points.every(({ y }) => y === 1));
    assert.deepEqual(values?.points, [
      { x: 1, y: 4 },
      { x: 2, y: 0.5 },
    ]);
    assert.ok(plot.y.kind === "log" && plot.y.min <= -1 && plot.y.max >= 1);
    assert.deepEqual(spectrum.table(viewWith(some)).rows, [
      [1, 4],
      [2, 0.5],
    ]);
  });

  test("is not there before one was computed, and goes with its run", () => {
    assert.ok(state);
    const before = viewOf(reduce(INITIAL, state));
    assert.ok(before && charts.includes(spectrum) && spectrum.applies?.(before) === false);
    assert.equal(spectrum.applies?.(viewWith(some)), true);
    const message = toMessage({ type: "spectrum", spectrum: some });
    assert.ok(message);
    const again = viewOf(reduce(reduce(reduce(INITIAL, state), message), state));
    assert.ok(again && again.spectrum === undefined);
  });

  test("comes of a message of the right shape alone", () => {
    assert.equal(toMessage({ type: "spectrum", spectrum: { ...some, values: [1] } }), undefined);
  });
});
