import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { typicalNorm } from "../../src/insight/clipping.ts";
import { frameOf } from "../support/frames.ts";
import { historyOf } from "../support/history.ts";

const runOf = (norms: readonly number[], losses: readonly number[] = []): number =>
  typicalNorm(
    historyOf(norms.map((grad_norm, i) => frameOf([], { loss: losses[i] ?? 1, grad_norm }, i + 1))),
  );

suite("the threshold that a run suggests for clipping", () => {
  test("is the norm that nine of ten steps stay below", () => {
    assert.equal(runOf([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]), 10);
    assert.equal(runOf(Array.from({ length: 20 }, (_, i) => i + 1)), 19);
  });

  test("leaves out the steps in which the loss has risen away", () => {
    assert.equal(runOf([1, 2, 3, 4, 5, 1e9], [1, 1, 1, 1, 1, 2]), 5);
  });

  test("is none where a run broke before anything was typical", () => {
    assert.equal(runOf([1.6e9, Infinity]), NaN);
  });
});
