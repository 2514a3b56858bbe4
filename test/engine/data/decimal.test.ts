import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { decimal } from "../../../src/engine/data/formats/decimal.ts";
import { utf8 } from "../../support/data.ts";

const read = (text: string, single: boolean): number =>
  decimal(utf8(`7${text}7`), 1, 1 + text.length, ".".charCodeAt(0), single);

/** However a program may write it. */
const written = fc
  .tuple(
    fc.oneof(
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.float({ noDefaultInfinity: true, noNaN: true }),
      fc.integer(),
      fc.maxSafeInteger().map((n) => n / 1e4),
      fc.constantFrom(
        1 + 2 ** -24,
        1 + 2 ** -24 + 2 ** -50,
        1 + 3 * 2 ** -24,
        16777217,
        2 ** -149,
        2 ** -150,
      ),
    ),
    fc.integer({ min: 1, max: 25 }),
    fc.constantFrom("string", "exponential", "precision", "fixed"),
  )
  .map(([x, digits, how]) => {
    if (how === "exponential") return x.toExponential(digits);
    if (how === "precision") return x.toPrecision(digits);
    return how === "fixed" ? x.toFixed(digits) : String(x);
  });

suite("a number out of the bytes of a text", () => {
  test("is what Number gives, or left to it", () => {
    fc.assert(
      fc.property(written, (text) => {
        const value = read(text, false);
        if (!Number.isNaN(value)) assert.ok(Object.is(value, Number(text)), `${text}: ${value}`);
      }),
      { numRuns: 20_000 },
    );
  });

  test("rounded to single precision is what Number rounded so gives, or left to it", () => {
    let told = 0;
    fc.assert(
      fc.property(written, (text) => {
        const value = Math.fround(read(text, true));
        if (Number.isNaN(value)) return;
        told++;
        assert.ok(Object.is(value, Math.fround(Number(text))), `${text}: ${value}`);
      }),
      { numRuns: 20_000 },
    );
    assert.ok(told > 5_000, `${told} told`);
  });

  test("is told at once for what data sets are full of", () => {
    const texts = [
      "0",
      "-0",
      "255",
      " 1.5 ",
      "+3",
      ".5",
      "5.",
      "1e-5",
      "0.1234567890123456",
      "1.000000000000000000e+00",
    ];
    for (const text of texts) {
      assert.ok(Object.is(Math.fround(read(text, true)), Math.fround(Number(text))), text);
    }
  });

  test("is never told of what is no decimal number", () => {
    for (const text of [
      "",
      " ",
      ".",
      "-",
      "+-1",
      "e5",
      "1e",
      "1e+",
      "1,5",
      "0x10",
      "1_000",
      "Infinity",
      "NaN",
      "1 2",
      "1.2.3",
      "１",
    ]) {
      assert.ok(Number.isNaN(decimal(utf8(text), 0, utf8(text).length, 0x2e, true)), text);
    }
  });
});
