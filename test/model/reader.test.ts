import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { parse } from "../../src/model/parse.ts";
import { FileReader } from "../../src/model/reader.ts";
import { standard } from "../../src/model/tables.ts";

const TEXT = `{ "version": 1, // of the format
 "models": {
  "base": { "input": [2], "init": "xavier_uniform", "layers": [
    { "type": "Linear", "out_features": 8 }, { "type": "Tanh" },
    { "repeat": 3, "name": "block", "layers": [{ "type": "Linear", "out_features": 8 }, { "init": "zeros" }] },
    { "type": "Linear", "name": "head", "out_features": 1 }],
   "loss": "BCEWithLogitsLoss", "data": { "type": "xor" } },
  "variant" : { "extends": "base", "train": { "seed": 1 }, "data": { "samples": 64 } },
  "apart": { "input": [2], "layers": [{ "type": "Linear", "out_features": 1 }, 3, { "type": "Rlu" }],
   "loss": "MSELoss", "data": "xor", },
  "late": { "extends": "variant", "optimizer": { "type": "Adam", "lr": -1 } }
 }
}`;

const GOOD = TEXT.replace(', { "init": "zeros" }', "")
  .replace(', 3, { "type": "Rlu" }', "")
  .replace("-1", "0.1");

interface Edit {
  readonly at: number;
  readonly length: number;
  readonly added: string;
}

const edit = fc.record<Edit>({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(30)),
  added: fc.oneof(
    fc.constantFrom(" ", "\n\n", "{", "}", "[", "]", ",", '"', "/*", "*/", "// x\n", "1", ":"),
    fc.constantFrom(
      '{ "type": "Tanh" },',
      '"seed": 1,',
      '"lr": 1e999,',
      '"base": {},',
      '"\\u0061": { "x": 1 },',
    ),
  ),
});

const applied = (text: string, { at, length, added }: Edit): string => {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + added + text.slice(start + length);
};

suite("a file that is read again and again", () => {
  test("is read as one that is seen for the first time, whatever was typed and taken back", () => {
    const history = fc.tuple(fc.constantFrom(TEXT, GOOD), fc.array(edit, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(history, ([start, edits]) => {
        const reader = new FileReader(standard);
        const texts = [start];
        for (const one of edits) texts.push(applied(texts.at(-1) ?? "", one));
        for (const text of [...texts, ...texts.toReversed()]) {
          assert.deepEqual(reader.read(text), parse(text), text);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("keeps the models whose text has only moved, and makes those anew that depend on what has changed", () => {
    const reader = new FileReader(standard);
    const specs = (text: string) => reader.read(text).models.map(({ spec }) => spec);
    const [base, variant, apart, late] = specs(GOOD);
    assert.ok(base && variant && apart && late);
    const moved = specs(`\n\n${GOOD}`);
    assert.ok([base, variant, apart, late].every((spec, i) => spec === moved[i]));

    const [sameBase, other, sameApart, otherLate] = specs(GOOD.replace('"seed": 1', '"seed": 2'));
    assert.equal(sameBase, base);
    assert.equal(sameApart, apart);
    assert.equal(other?.train.seed, 2);
    assert.equal(otherLate?.train.seed, 2);
  });

  test("counts the layers of all models together at every reading", () => {
    const many = (repeat: number): string =>
      GOOD.replace('"repeat": 3', `"repeat": ${repeat}`).replace(
        '"late"',
        Array.from({ length: 9 }, (_, i) => `"v${i}": { "extends": "base" }, `).join("") + '"late"',
      );
    const reader = new FileReader(standard);
    for (const repeat of [10, 9_000, 10_000, 9_000, 10]) {
      assert.deepEqual(reader.read(many(repeat)), parse(many(repeat)));
    }
  });
});
