import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { compact, figure, percent } from "../../src/insight/format.ts";

suite("compact", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0.24, "0.24"],
    [0.5, "0.50"],
    [12, "12"],
    [1, "1.0"],
    [0.0031, "0.0031"],
    [3.14e-7, "3.1e-7"],
    [2e-6, "2.0e-6"],
    [240, "240"],
    [1234, "1,200"],
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
    test(`writes ${Object.is(x, -0) ? "-0" : x} as ${text}`, () => assert.equal(compact(x), text));

  test("writes a loss with three digits", () => assert.equal(compact(0.69314, 3), "0.693"));

  test("is never longer than seven characters, and reads back within its precision", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-99, max: 1e99, noNaN: true }), (x) => {
        const text = compact(x);
        assert.ok(text.length <= 7, text);
        // Two significant digits: half a unit of the second is at most 5 % of the number.
        assert.ok(Math.abs(Number(text.replace(",", "")) - x) <= 0.05 * x * (1 + 1e-12), text);
      }),
    );
  });
});

suite("percent", () => {
  test("has decimals where they are asked for", () => {
    assert.equal(percent(0.9742, 1), "97.4 %");
    assert.equal(percent(0.9999, 1), ">99.9 %");
    assert.equal(percent(0.0001, 1), "<0.1 %");
  });

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

/** `3.1·10⁻¹²` and `−3` as `3.1e-12` and `-3`. */
const inAscii = (text: string): string =>
  text
    .replace(/(?<=^−?)10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])/, "1·10")
    .replace("·10", "e")
    .replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (c) => (c === "⁻" ? "-" : String("⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c))))
    .replace("−", "-");

test("a figure has the same digits in both notations, whatever it is", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.double(), fc.double({ min: -1e5, max: 1e5 })),
      fc.integer({ min: 1, max: 4 }),
      (x, digits) => {
        assert.equal(inAscii(figure(x, digits)), compact(x, digits));
      },
    ),
  );
});
