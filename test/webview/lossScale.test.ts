import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { toCsv } from "../../webview/csv.ts";
import { clipping } from "../../webview/charts/clipping.ts";
import { lossScale } from "../../webview/charts/lossScale.ts";
import type { View } from "../../webview/view.ts";
import { historyOf } from "../support/history.ts";
import { watchedRun } from "../support/watchedStream.ts";
import { framesOf, layer, runOf } from "./runs.ts";

suite("the chart of the loss scale", () => {
  const { info, history } = watchedRun("amp");
  const view: View = { run: { ...runOf(info.layers), info }, layers: info.layers, history, others: [] };

  test("is there for runs in mixed precision alone", () => {
    const layers = [layer("a", "Linear"), layer("b", "Linear")];
    const plain: View = {
      run: runOf(layers),
      layers,
      history: historyOf(framesOf(layers, { steps: 9, gain: () => 1 })),
      others: [],
    };
    assert.equal(lossScale.applies?.(view), true);
    assert.equal(lossScale.applies?.(plain), false);
    assert.doesNotMatch(clipping.reading(plain), /skipped/);
  });

  test("says the scale and what was skipped, as the chart of the gradient's norm does", () => {
    assert.equal(lossScale.reading(view), "524,288 now, 5 updates skipped (8 %), before the first step");
    assert.match(clipping.reading(view), /, 5 updates skipped \(8 %\)/);
  });

  test("draws every scale at its step, and a tick where updates were skipped", () => {
    const plot = lossScale.plot(view);
    assert.equal(plot.kind, "lines");
    const [scale, skips] = plot.kind === "lines" ? plot.series : [];
    assert.deepEqual(
      [1, 13, 25, 37, 49].map((step) => scale?.points.find(({ x }) => x === step)?.y),
      [2 ** 15, 2 ** 16, 2 ** 17, 2 ** 18, 2 ** 19],
    );
    assert.deepEqual(
      skips?.points.map(({ x }) => x),
      [1],
    );
  });

  test("tells of a step where it is pointed at, and of all in its table", () => {
    assert.deepEqual(lossScale.describe(view, { x: 1 }), {
      title: "step 1",
      rows: [
        ["scale", "32,768"],
        ["skipped before", "5 updates"],
      ],
    });
    const [head, first] = toCsv(lossScale.table(view)).split(/\r?\n/);
    assert.equal(head, "first_step,last_step,steps,non_finite,scale_min,scale_max,skipped_updates");
    assert.equal(first, "1,1,1,0,32768,32768,5");
  });
});
