import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { DataError } from "../../../src/engine/data/error.ts";
import { idxFormat } from "../../../src/engine/data/formats/idx.ts";
import { idx } from "../../../src/engine/data/idx.ts";
import { load, refuses, required } from "../../support/data.ts";
import { readArray } from "../../support/readArray.ts";

const readIdx = (bytes: readonly number[]) => readArray(idxFormat, Uint8Array.from(bytes), "x.idx");

const valuesOf = (bytes: readonly number[]): readonly unknown[] => readIdx(bytes).values;

suite("an IDX file", () => {
  test("of each type is read big-endian", () => {
    const one = (type: number, ...bytes: number[]): readonly unknown[] =>
      valuesOf([0, 0, type, 1, 0, 0, 0, 1, ...bytes]);
    assert.deepEqual(one(0x08, 200), [200]);
    assert.deepEqual(one(0x09, 200), [-56]);
    assert.deepEqual(one(0x0b, 1, 2), [258]);
    assert.deepEqual(one(0x0c, 0xff, 0xff, 0xff, 0xfe), [-2]);
    assert.deepEqual(one(0x0d, 0x3f, 0xc0, 0, 0), [1.5]);
    assert.deepEqual(one(0x0e, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0), [-1]);
  });

  test("of images and one of labels are a data set, with or without the axis of channels", () => {
    const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 1, 2, 3, 255);
    const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 0);
    for (const input of [
      [1, 2, 1],
      [2, 1],
    ]) {
      const data = load(idx, { inputs: "x", targets: "t" }, [images, labels], required(input, [10], "class"));
      assert.deepEqual([data.samples, data.input, data.target], [2, input, []]);
      assert.deepEqual(
        [[...data.inputs], [...data.targets]],
        [
          [1, 2, 3, 255],
          [7, 0],
        ],
      );
    }
  });

  const refused: readonly (readonly [readonly number[], RegExp])[] = [
    [[], /^x.idx: not an IDX file: .* found $/],
    [[0, 0, 7, 1, 0, 0, 0, 0], /not an IDX file: .* found 00 00 07 01/],
    [[0, 0, 8, 0], /not an IDX file/],
    [[1, 0, 8, 1, 0, 0, 0, 0], /not an IDX file/],
    [[0, 0, 8, 2, 0, 0, 0, 1], /cut off within its header/],
    [[0, 0, 8, 1, 0, 0, 0, 3, 1, 2], /the header promises 3 bytes, found 2/],
    [
      [0, 0, 14, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
      /promises 6\.\d+e\+29 bytes, found 0/,
    ],
  ];
  for (const [bytes, message] of refused) {
    test(`is refused: ${message.source}`, () => refuses(() => readIdx(bytes), message));
  }

  test("throws nothing but DataError, whatever the bytes", () => {
    const start = fc.constantFrom([], [0, 0, 8, 1], [0, 0, 0x0d, 2], [0, 0, 0x0e, 1, 0, 0, 0, 2]);
    const bytes = fc
      .tuple(start, fc.uint8Array())
      .map(([start, rest]) => Uint8Array.from([...start, ...rest]));
    fc.assert(
      fc.property(bytes, bytes, (x, t) => {
        try {
          load(idx, { inputs: "x", targets: "t" }, [x, t], required([2], [2], "number"));
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
