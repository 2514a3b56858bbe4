import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { logShare, SHARES, SHARE_TEXT, shareOf, worst } from "../../src/text/share.ts";
import { frameOf } from "../support/frames.ts";

/** Two layers, of which the second is the last: its gradient is 1. */
const arriving = (delta_norm: number) => frameOf([{ delta_norm }, { delta_norm: 1 }]);

suite("shareOf", () => {
  const cases = [
    [0, "starving3"],
    [1e-7, "starving3"],
    [1e-5, "starving2"],
    [1e-2, "starving1"],
    [0.2, "healthy"],
    [5, "healthy"],
    [50, "exploding1"],
    [1e5, "exploding2"],
    [1e7, "exploding3"],
    [NaN, "nonfinite"],
    [Infinity, "nonfinite"],
  ] as const;
  for (const [delta, share] of cases) {
    test(`calls ${delta} of the last layer's gradient ${share}`, () => {
      assert.equal(shareOf(arriving(delta), 0, 1), share);
    });
  }

  test("takes the last layer as the measure", () => assert.equal(shareOf(arriving(1e-9), 1, 1), "healthy"));

  test("says nonfinite where an activation is, though the gradient is finite", () => {
    const frame = frameOf([{ delta_norm: 1, act_nonfinite: 3 }, { delta_norm: 1 }]);
    assert.equal(shareOf(frame, 0, 1), "nonfinite");
  });

  test("says nonfinite where a parameter's gradient is", () => {
    const frame = frameOf([{ delta_norm: 1, grad_nonfinite: 1 }, { delta_norm: 1 }]);
    assert.equal(shareOf(frame, 0, 1), "nonfinite");
  });
});

test("logShare is the power of ten between a layer's gradient and the last one's", () => {
  assert.equal(logShare(arriving(1e-3), 0, 1), -3);
  assert.equal(logShare(arriving(0), 0, 1), -Infinity);
  assert.equal(logShare(arriving(NaN), 0, 1), NaN);
});

suite("worst", () => {
  test("is healthy where all are", () => assert.equal(worst(["healthy", "healthy"]), "healthy"));
  test("is the class farthest from healthy", () =>
    assert.equal(worst(["healthy", "starving2", "exploding1"]), "starving2"));
  test("puts NaN before all else", () =>
    assert.equal(worst(["starving3", "nonfinite", "exploding3"]), "nonfinite"));
});

test("every class has a sentence of its own", () => {
  assert.equal(new Set(SHARES.map((share) => SHARE_TEXT[share])).size, SHARES.length);
});
