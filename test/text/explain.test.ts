import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { STATS } from "../../src/protocol/frame.ts";
import type { RunInfo } from "../../src/protocol/run.ts";
import { explainLayers } from "../../src/text/explain.ts";
import { summarise } from "../../src/insight/findings/summarise.ts";
import { historyOf } from "../support/history.ts";
import { frameOf } from "../support/frames.ts";

const layer = { type: "Sigmoid", parameters: [], output_shape: [1] };
const stats = STATS.filter((stat) => ["delta_norm", "gain", "act_saturated", "act_nonfinite"].includes(stat));
const info: RunInfo = {
  model: "m",
  seed: 0,
  parameters: 0,
  steps: 10,
  layers: ["a", "b", "c"].map((path) => ({ ...layer, path, stats })),
  hist_every: 1,
  engine: "scalar",
};
const healthy = { delta_norm: 1, gain: 0.24, act_saturated: 0.71, act_nonfinite: 0 };
const finite = frameOf([{ ...healthy, delta_norm: 1e-9 }, healthy, healthy]);
const frame = frameOf([{ ...healthy, delta_norm: 1e-9 }, { ...healthy, act_nonfinite: 3 }, healthy], {}, 240);

/** A run that has made this step again and again, with a loss that stays where it is. */
const summary = summarise({
  run: {},
  layers: info.layers,
  history: historyOf(
    Array.from({ length: 20 }, (_, i) => ({ ...finite, loss: 0.7, grad_norm: 1, step: 221 + i })),
  ),
});

suite("explainLayers", () => {
  test("says which layer and step, what arrives there, and what each figure means", () => {
    assert.equal(
      explainLayers(info, frame, [0], false, summary),
      [
        "**a** · Sigmoid · step 240",
        "",
        "71 \\% of the outputs of the a are saturated \\(71 \\% at the first step\\)\\, and the loss is still at 0\\.700 \\(mean of the last 5 steps\\)\\; it began at 0\\.700\\.",
        "",
        "| | | |",
        "|---|--:|---|",
        "| ‖∂L/∂h‖ | 1.0·10⁻⁹ | size of the gradient that arrives at the output |",
        "| gain | 0.24 | factor by which the gradient grows on its way through |",
        "| saturated | 71 % | outputs where the slope is below 5 % of its maximum |",
      ].join("\n"),
    );
  });

  test("counts numbers that are not finite, where there are any", () => {
    assert.match(
      explainLayers(info, frame, [1], false, summary),
      /\| NaN or ∞ \| 3 \| outputs that are no finite number \|$/,
    );
  });

  test("shows the first and the last of a repeated layer", () => {
    const text = explainLayers(info, frame, [0, 1, 2], false, summary);
    assert.deepEqual(text.match(/\*\*\w\*\*/g), ["**a**", "**c**"]);
  });

  test("says that the model has changed since, or its data", () => {
    assert.match(
      explainLayers(info, frame, [2], true, summary),
      /stale: the model or its data have changed since this run/,
    );
  });
});
