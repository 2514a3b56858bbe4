import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { count, figure, percent, plural } from "../../src/text/figures.ts";

suite("figure", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0.24, "0.24"],
    [0.5, "0.50"],
    [12, "12"],
    [1, "1.0"],
    [0.0031, "0.0031"],
    [3.14e-7, "3.1e-7"],
    [2e-6, "2.0e-6"],
    [240, "240"],
    [1234, "1200"],
    [12_345, "1.2e4"],
    [-0.24, "-0.24"],
    [9.99, "10"], // rounds into the next power of ten
    [0.00999, "0.010"],
    [0, "0"],
    [-0, "0"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "-∞"],
  ];
  for (const [x, text] of cases)
    test(`writes ${Object.is(x, -0) ? "-0" : x} as ${text}`, () => assert.equal(figure(x), text));

  test("writes a loss with three digits", () => assert.equal(figure(0.69314, 3), "0.693"));

  test("is never longer than seven characters, and reads back within its precision", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-99, max: 1e99, noNaN: true }), (x) => {
        const text = figure(x);
        assert.ok(text.length <= 7, text);
        // Two significant digits: half a unit of the second is at most 5 % of the number.
        assert.ok(Math.abs(Number(text) - x) <= 0.05 * x * (1 + 1e-12), text);
      }),
    );
  });
});

suite("percent", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0 %"],
    [0.12, "12 %"],
    [0.004, "<1 %"],
    [0.999, ">99 %"],
    [1, "100 %"],
    [NaN, "NaN"],
  ];
  for (const [share, text] of cases)
    test(`writes ${share} as ${text}`, () => assert.equal(percent(share), text));
});

test("count groups digits in threes", () => assert.equal(count(84_161), "84,161"));

test("plural counts things", () => {
  assert.equal(plural(1, "layer"), "1 layer");
  assert.equal(plural(2000, "layer"), "2,000 layers");
});
