import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  factOf,
  isConcern,
  logSharesAt,
  logSharesOf,
  SHARES,
  shareOf,
  verdictOf,
  worst,
} from "../../src/insight/share.ts";
import { isBroken, isNonFinite } from "../../src/protocol/frame.ts";
import { frameOf } from "../support/frames.ts";

suite("the class of a share", () => {
  const cases = [
    [0, "vanishing3"],
    [1e-7, "vanishing3"],
    [1e-5, "vanishing2"],
    [1e-2, "vanishing1"],
    [0.05, "even"],
    [5, "even"],
    [50, "exploding1"],
    [1e5, "exploding2"],
    [1e7, "exploding3"],
    [Infinity, "nonfinite"],
  ] as const;
  for (const [delta, share] of cases) {
    test(`of ${delta} of the last layer's gradient is ${share}`, () => {
      assert.equal(shareOf(logSharesOf([delta, 1], false)[0] ?? NaN), share);
    });
  }

  test("of a layer without a figure is even: there is nothing to say", () =>
    assert.equal(shareOf(NaN), "even"));

  test("is a concern beyond three decades, and where a number is not finite", () => {
    assert.deepEqual(SHARES.filter(isConcern), [
      "vanishing3",
      "vanishing2",
      "exploding2",
      "exploding3",
      "faulty",
      "nonfinite",
    ]);
  });
});

suite("a frame with a number that is not finite", () => {
  const cases = [
    ["among the activations", { delta_norm: 1, act_nonfinite: 3 }],
    ["among the gradients", { delta_norm: 1, act_nonfinite: 0, grad_nonfinite: 1 }],
    ["as ‖∂L/∂h‖ = ∞", { delta_norm: Infinity, act_nonfinite: 0, grad_nonfinite: 0 }],
    ["as ‖∂L/∂h‖ = NaN", { delta_norm: NaN, act_nonfinite: 0, grad_nonfinite: 0 }],
  ] as const;
  for (const [where, row] of cases) {
    test(`${where} is broken, its layer is non-finite, and so is the layer's share`, () => {
      const frame = frameOf([row, { delta_norm: 1, act_nonfinite: 0 }], { loss: 1, grad_norm: 1 });
      assert.equal(isBroken(frame), true);
      assert.equal(isNonFinite(frame, 0), true);
      assert.equal(isNonFinite(frame, 1), false);
      assert.equal(logSharesAt(frame)[0], Infinity);
    });
  }

  test("is none where all are finite", () => {
    const frame = frameOf([{ delta_norm: 1, act_nonfinite: 0 }], { loss: 1, grad_norm: 1 });
    assert.equal(isBroken(frame), false);
    assert.equal(isNonFinite(frame, 0), false);
  });
});

suite("worst", () => {
  test("is even where all are", () => assert.equal(worst(["even", "even"]), "even"));
  test("is the class farthest from even", () =>
    assert.equal(worst(["even", "vanishing2", "exploding1"]), "vanishing2"));
  test("puts NaN before all else", () =>
    assert.equal(worst(["vanishing3", "nonfinite", "exploding3"]), "nonfinite"));
});

test("every class has a sentence of its own, with a verdict and without", () => {
  assert.equal(new Set(SHARES.map(verdictOf)).size, SHARES.length);
  assert.equal(new Set(SHARES.map(factOf)).size, SHARES.length);
});
