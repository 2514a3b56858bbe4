import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { courseOfLoss, type Training } from "../../src/insight/training.ts";
import { frameOf } from "../support/frames.ts";
import { historyOf } from "../support/history.ts";
import { generator } from "../webview/runs.ts";

const judged = (steps: number, loss: (step: number) => number): Training =>
  courseOfLoss(
    historyOf(
      Array.from({ length: steps }, (_, i) =>
        frameOf([{ delta_norm: 1, act_nonfinite: 0 }], { loss: loss(i + 1), grad_norm: 1 }, i + 1),
      ),
    ),
  ).training;

/** Mean 0.17, and up to 0.03 away from it: the variance of a target that is only known on average, batch by batch. */
const noise = (): (() => number) => {
  const random = generator(3);
  return () => 0.17 + 0.06 * (random() - 0.5);
};

suite("whether a model trains", () => {
  test("is not judged before 20 steps", () =>
    assert.equal(
      judged(19, (step) => 1 / step),
      "early",
    ));
  test("shows in a loss that goes on falling", () =>
    assert.equal(
      judged(200, (step) => 0.99 ** step),
      "trains",
    ));
  test("does not show in a loss that stays where it began", () =>
    assert.equal(
      judged(200, () => 0.7),
      "stuck",
    ));
  test("does not show in a fall of less than a tenth", () =>
    assert.equal(
      judged(200, (step) => 0.7 - 0.0003 * step),
      "stuck",
    ));

  test("does not show in a loss that fell to that of the best constant, and moves with the batches there", () => {
    const batch = noise();
    assert.equal(
      judged(800, (step) => batch() + 0.7 * 0.8 ** step),
      "stuck",
    );
  });

  test("shows in a loss that has come to rest next to nothing", () =>
    assert.equal(
      judged(400, (step) => Math.max(0.01, 0.9 ** step)),
      "trains",
    ));

  test("does not show in one that has come back from an overflow to where it rests", () =>
    assert.equal(
      judged(500, (step) => (step === 100 ? 1e20 : 2.3)),
      "stuck",
    ));

  test("holds for a loss that is negative", () =>
    assert.equal(
      judged(200, (step) => -step / 200),
      "trains",
    ));
});
