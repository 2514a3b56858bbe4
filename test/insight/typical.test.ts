import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { median, typical } from "../../src/insight/typical.ts";
import { COLUMN, STATS } from "../../src/protocol/frame.ts";
import { frameOf } from "../support/frames.ts";
import { historyOf } from "../support/history.ts";
import { layer } from "../webview/runs.ts";

const figures = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, 0, -0, 1, 2));

suite("the typical figure of a layer", () => {
  test("is the middle of its finite values over the last steps, or the mean of the two in the middle", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(figures, figures), { minLength: 1, maxLength: 20 }), (rows) => {
        const layers = [layer("a", "Linear"), layer("b", "Linear")];
        const frames = rows.map((values, i) => {
          const frame = { ...frameOf(layers.map(() => ({}))), step: i + 1, loss: 1, grad_norm: 1 };
          values.forEach((value, row) => (frame.values[row * STATS.length + COLUMN.update_ratio] = value));
          return frame;
        });
        const found = typical({ layers, history: historyOf(frames) }, "update_ratio");
        layers.forEach((_, row) => {
          const finite = rows.map((values) => values[row]).filter(Number.isFinite);
          const [from, to] = [(finite.length - 1) >> 1, finite.length >> 1];
          const sorted = finite.toSorted((a, b) => a - b);
          const middle = finite.length === 0 ? NaN : (sorted[from] + sorted[to]) / 2;
          assert.ok(Object.is(found[row] + 0, (from === to ? sorted[from] : middle) + 0));
          assert.ok(Object.is(median(rows.map((values) => values[row])) + 0, found[row] + 0));
        });
      }),
    ));
});
