import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Trial, TrialMeasure, TrialsResult } from "../../src/protocol/trials.ts";
import { trialsJson, trialsTable, verdictOf } from "../../src/text/trials.ts";

const measure = (seed: number, relative: number, errors: readonly string[] = []): TrialMeasure => ({
  seed,
  made: 100,
  steps: 100,
  loss: 2 * relative,
  floor: 2,
  relative,
  errors,
  ms_per_step: 0.5,
});

const original: Trial = {
  fixes: [],
  measures: [measure(0, 1, ["dead-relu"]), measure(1, Infinity, ["non-finite"]), measure(2, 1)],
};
const adam: Trial = {
  fixes: [{ name: "adam", title: "Replace SGD by Adam with a learning rate of 0.003" }],
  measures: [measure(0, 0.01), measure(1, 0.02), measure(2, 0.03)],
};
const relu: Trial = {
  fixes: [{ name: "relu", title: "Replace Tanh by ReLU in 3 layers" }],
  measures: [measure(0, 0.5)],
};
const result: TrialsResult = {
  original,
  finalists: [relu, adam],
  best: { ...adam, text: "{}", well: true },
  tried: 20,
  cost: 9.51,
};

suite("what came of trying fixes", () => {
  test("is a table: the model as it is, the best, then the others", () => {
    assert.equal(
      trialsTable(result),
      [
        "  loss  of a constant's  other seeds  ms/step  findings left          fixes",
        "  2.00              1.0        ∞ 1.0     0.50  dead-relu, non-finite  as it is",
        "0.0200            0.010  0.020 0.030     0.50  none                   ✓ Replace SGD by Adam with a learning rate of 0.003",
        "  1.00             0.50                  0.50  none                   Replace Tanh by ReLU in 3 layers",
        "",
      ].join("\n"),
    );
  });

  test("is a sentence", () => {
    assert.equal(
      verdictOf(result),
      "Better in 3 of 3 seeds: the loss goes from 1.0 to 0.010 of what a constant prediction costs (20 candidates, 9.5 full runs).",
    );
    const { best: _, ...none } = result;
    assert.equal(
      verdictOf(none),
      "No fix measured better in every seed, although some did in one (20 candidates, 9.5 full runs).",
    );
    assert.equal(
      verdictOf({ original, finalists: [], tried: 0, cost: 1 }),
      "Nothing was found that keeps this model from training: no fix was tried.",
    );
  });

  test("is one object for programs, with what is not finite as a text", () => {
    const object = JSON.parse(trialsJson({ file: "a.gradlens.json", output: null }, result)) as {
      original: { seeds: object[] };
      best: object;
    };
    assert.deepEqual(object.original.seeds[1], {
      seed: 1,
      steps: 100,
      loss: "Infinity",
      floor: 2,
      relative: "Infinity",
      errors: ["non-finite"],
      ms_per_step: 0.5,
    });
    assert.deepEqual(Object.keys(object), [
      "file",
      "output",
      "original",
      "best",
      "candidates",
      "tried",
      "cost",
    ]);
    assert.deepEqual(Object.keys(object.best), ["fixes", "seeds", "well"]);
  });
});
