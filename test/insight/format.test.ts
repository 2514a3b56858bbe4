import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { count, counted, duration, figure, fold, powerOfTen, superscript } from "../../src/insight/format.ts";

suite("numbers for people", () => {
  const figures: readonly (readonly [x: number, text: string, digits?: number])[] = [
    [0, "0"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
    [0.24, "0.24"],
    [0.2999, "0.30"],
    [0.999, "1.0"],
    [0.012, "0.012"],
    [0.0024, "0.0024"],
    [0.000999, "0.0010"], // rounds to a thousandth, which is written plainly
    [0.00099, "9.9·10⁻⁴"],
    [3.14e-12, "3·10⁻¹²", 1],
    [3.14e-12, "3.1·10⁻¹²"],
    [1e-5, "10⁻⁵", 1],
    [9.99e-6, "10⁻⁵", 1], // the rounding carries into the exponent
    [123, "120"],
    [9_876, "9,900"],
    [12_345, "1.2·10⁴"],
    [-0.5, "−0.50"],
    [0.6931, "0.693", 3],
  ];
  for (const [x, text, digits] of figures) {
    test(`${x} is written ${text}`, () => assert.equal(figure(x, digits), text));
  }

  test("an exponent is written in superscripts", () => assert.equal(superscript(-120), "⁻¹²⁰"));

  test("1 and 10 are not written as powers", () => {
    assert.deepEqual([0, 1, 2, -3].map(powerOfTen), ["1", "10", "10²", "10⁻³"]);
  });

  test("a fold is never below 1", () => assert.deepEqual([fold(0.25), fold(4)], ["4.0-fold", "4.0-fold"]));

  test("thousands are set apart", () => assert.equal(count(84_161), "84,161"));

  test("things are counted", () => {
    assert.equal(counted(1, "layer"), "1 layer");
    assert.equal(counted(2000, "layer"), "2,000 layers");
  });

  test("a duration has the unit that suits it", () => {
    assert.deepEqual([412.4, 2100, 185_000].map(duration), ["412 ms", "2.1 s", "3 min 5 s"]);
  });
});
