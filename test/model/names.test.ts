import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { closest, distance, grouped } from "../../src/model/names.ts";

suite("did you mean", () => {
  const types = [
    "Linear",
    "ReLU",
    "ReLU6",
    "LeakyReLU",
    "Tanh",
    "Sigmoid",
    "SiLU",
    "SELU",
    "MSELoss",
    "CrossEntropyLoss",
  ];
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["Relu", "ReLU"],
    ["relu6", "ReLU6"],
    ["leaky_relu", "LeakyReLU"],
    ["Lineer", "Linear"],
    ["Lniear", "Linear"],
    ["Sigmod", "Sigmoid"],
    ["MSE", "MSELoss"],
    ["cross_entropy", "CrossEntropyLoss"],
    ["Conv3d", undefined],
    ["", undefined],
    ["x", undefined],
    ["Linear", undefined], // it is right already
    ["a".repeat(10_000), undefined],
  ];
  for (const [written, meant] of cases) {
    test(`${written.slice(0, 20) || "nothing"}: ${meant}`, () =>
      assert.equal(closest(written, types), meant));
  }
});

suite("distance", () => {
  test("counts insertions, deletions, replacements and swaps", () => {
    assert.equal(distance("", "abc"), 3);
    assert.equal(distance("kitten", "sitting"), 3);
    assert.equal(distance("ab", "ba"), 1);
    assert.equal(distance("abcd", "acbd"), 1);
  });

  test("is symmetric, 0 for equals only, and at most the longer length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        assert.equal(distance(a, b), distance(b, a));
        assert.equal(distance(a, b) === 0, a === b);
        assert.ok(distance(a, b) <= Math.max(a.length, b.length));
      }),
    );
  });
});

test("numbers are grouped", () => {
  assert.deepEqual([0, 999, 1000, 134217728, 2 ** 60].map(grouped), [
    "0",
    "999",
    "1,000",
    "134,217,728",
    "1.2e+18",
  ]);
});
