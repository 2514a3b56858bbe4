import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { Dataset, TargetKind, DataRequirements } from "../../../src/engine/data/data.ts";
import { DataError } from "../../../src/engine/data/error.ts";
import { half } from "../../../src/engine/data/formats/dtype.ts";
import { npyFormat } from "../../../src/engine/data/formats/npy.ts";
import { npy } from "../../../src/engine/data/npy.ts";
import type { Shape } from "../../../src/engine/tensor.ts";
import { base64, load, normalized, refuses, utf8, required } from "../../support/data.ts";
import { npyBytes } from "../../support/npy.ts";
import { readArray } from "../../support/readArray.ts";
import reference from "./numpy.json" with { type: "json" };

const paths = { inputs: "x.npy", targets: "t.npy" };

const valuesOf = (bytes: Uint8Array) => readArray(npyFormat, bytes, "x.npy");
const file = (path: string): Uint8Array => readFileSync(new URL(`../../../${path}`, import.meta.url));

suite("an array that NumPy has written is read value by value", () => {
  for (const [name, { file, shape, values }] of Object.entries(reference.numbers)) {
    test(name, () => assert.deepEqual(valuesOf(base64(file)), { shape, values }));
  }
  for (const [name, { file, values }] of Object.entries(reference.texts)) {
    test(`texts, ${name}`, () => {
      assert.deepEqual(readArray(npyFormat, base64(file), "t.npy").values, values);
    });
  }

  test("a header of Python 2, with long integers and other quotes", () => {
    const bytes = npyBytes({
      header: `{"descr": "|u1", "shape": (2L,), "fortran_order": False}`,
      data: [7, 9],
    });
    assert.deepEqual(valuesOf(bytes), { shape: [2], values: [7, 9] });
  });

  test("bytes that begin at an odd place of their buffer", () => {
    const bytes = base64(reference.numbers["<f8"].file);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    assert.deepEqual(valuesOf(shifted.subarray(3)), valuesOf(bytes));
  });
});

/** Element types and how JavaScript itself writes one: the independent half of the round trip. */
const WRITERS: Readonly<
  Record<string, (view: DataView, at: number, value: number, little: boolean) => void>
> = {
  b1: (view, at, value) => view.setUint8(at, value),
  i1: (view, at, value) => view.setInt8(at, value),
  i2: (view, at, value, little) => view.setInt16(at, value, little),
  i4: (view, at, value, little) => view.setInt32(at, value, little),
  i8: (view, at, value, little) => view.setBigInt64(at, BigInt(value), little),
  u1: (view, at, value) => view.setUint8(at, value),
  u2: (view, at, value, little) => view.setUint16(at, value, little),
  u4: (view, at, value, little) => view.setUint32(at, value, little),
  u8: (view, at, value, little) => view.setBigUint64(at, BigInt(value), little),
  f4: (view, at, value, little) => view.setFloat32(at, value, little),
  f8: (view, at, value, little) => view.setFloat64(at, value, little),
};

function valueOf(type: string): fc.Arbitrary<number> {
  const bits = Math.min(8 * Number(type[1]), 53);
  switch (type[0]) {
    case "b":
      return fc.integer({ min: 0, max: 1 });
    case "i":
      return fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
    case "u":
      return fc.maxSafeNat().map((n) => n % 2 ** bits);
    default:
      return type === "f4" ? fc.float() : fc.double();
  }
}

const array = fc.constantFrom(...Object.keys(WRITERS)).chain((type) =>
  fc.record({
    type: fc.constant(type),
    order: type.endsWith("1") ? fc.constant("|") : fc.constantFrom("<", ">", "="),
    version: fc.constantFrom(1, 2, 3),
    fortran: fc.boolean(),
    table: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })).chain(([rows, columns]) =>
      fc.array(fc.array(valueOf(type), { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
    ),
  }),
);

test("whatever is written in any type, byte order, order of axes and version is read back", () => {
  fc.assert(
    fc.property(array, ({ type, order, version, fortran, table }) => {
      const size = Number(type[1]);
      const [rows, columns] = [table.length, table[0].length];
      const view = new DataView(new ArrayBuffer(rows * columns * size));
      for (const [r, row] of table.entries()) {
        for (const [c, value] of row.entries()) {
          WRITERS[type](view, size * (fortran ? c * rows + r : r * columns + c), value, order !== ">");
        }
      }
      const header = `{'descr': '${order}${type}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${rows}, ${columns}), }`;
      const read = valuesOf(npyBytes({ header, version, data: new Uint8Array(view.buffer) }));
      assert.deepEqual(read, { shape: [rows, columns], values: table.flat() });
    }),
    { numRuns: 500 },
  );
});

test("every half has the value of its bits", () => {
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    // The same bits as a single: the exponent's bias is 127 instead of 15, the fraction has 13 bits more.
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, (exponent === 31 ? 255 : exponent + 112) * 2 ** 23 + fraction * 2 ** 13);
    const magnitude = exponent === 0 ? fraction / 2 ** 24 : view.getFloat32(0);
    assert.equal(half(bits), bits & 0x8000 ? -magnitude : magnitude);
  }
});

suite("npy data", () => {
  const read = (name: string, asked: DataRequirements): Dataset =>
    load(npy, paths, [file(`${name}/x.npy`), file(`${name}/t.npy`)], asked);

  // [stream, input, output, kind of target]: as in each stream's model file
  const streams: readonly (readonly [string, Shape, Shape, TargetKind])[] = [
    ["mlp1", [11], [2], "binary"],
    ["mlp2", [11], [5], "class"],
    ["norm1", [6], [5], "class"],
    ["conv1", [1, 12, 12], [5], "class"],
    ["conv2", [3, 12, 12], [2], "number"],
    ["rnn1", [6, 4], [2], "number"],
    ["attention1", [7, 12], [2], "number"],
  ];
  for (const [name, input, output, targets] of streams) {
    test(`the stream ${name}: 48 samples`, () => {
      const data = read(`test/reference/streams/${name}`, required(input, output, targets));
      assert.deepEqual([data.samples, data.input], [48, input]);
      assert.deepEqual(data.target, targets === "class" ? [] : output);
      const raw = file(`test/reference/streams/${name}/x.npy`); // all are <f4 in C order: the last bytes are the values
      const floats = new Float32Array(
        raw.buffer.slice(raw.byteOffset + raw.length - 4 * data.inputs.length, raw.byteOffset + raw.length),
      );
      assert.deepEqual(data.inputs, floats);
    });
  }

  test("digits, normalised by channel: as NumPy has it", () => {
    const files = [file("examples/data/digits-images.npy"), file("examples/data/digits-labels.npy")];
    const data = load(npy, paths, files, required([1, 8, 8], [10], "class"));
    assert.equal(data.samples, 1797);
    assert.deepEqual([...new Set(data.targets)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // (d - d.mean()) / d.std() in float64: mean 4.8842, deviation 6.0168
    const expected = [-0.8117562, -0.8117562, 0.01925204, 1.34886521, 0.68405863, -0.64555455];
    normalized(data)
      .subarray(0, 6)
      .forEach((x, i) => assert.ok(Math.abs(x - expected[i]) < 1e-6));
  });

  test("names are classes", () => {
    const files = [
      base64(reference.numbers["<f4"].file),
      npyBytes({ header: "{'descr': '|S1', 'fortran_order': False, 'shape': (2,), }", data: utf8("ba") }),
    ];
    const { targets, classes } = load(npy, paths, files, required([3], [2], "class"));
    assert.deepEqual(
      [[...targets], classes],
      [
        [1, 0],
        ["a", "b"],
      ],
    );
  });

  test("leading axes of size 1 may be missing", () => {
    const files = [bytesOf([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), bytesOf([2], [1, 0])];
    const { input, target, targets } = load(npy, paths, files, required([1, 2, 2], [1], "binary"));
    assert.deepEqual([input, target, [...targets]], [[1, 2, 2], [1], [1, 0]]);
  });
});

const bytesOf = (shape: Shape, values: readonly number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => view.setFloat64(8 * i, value, true));
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  return npyBytes({ header, data: new Uint8Array(view.buffer) });
};

suite("an npy file that cannot be used is refused in words", () => {
  const header = (shape: string, descr = "<f4"): Uint8Array =>
    npyBytes({
      header: `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`,
      data: [0, 0, 0, 0],
    });
  const whole = base64(reference.numbers["<f4"].file);
  const broken: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(), /^x.npy: not a NumPy file/],
    [utf8("a,b\n1,2"), /^x.npy: not a NumPy file/],
    [whole.subarray(0, 6), /the file is cut off within its header/],
    [
      Uint8Array.from(whole, (byte, i) => (i === 6 ? 4 : byte)),
      /expected version 1, 2 or 3 of the NumPy format, found 4/,
    ],
    [whole.subarray(0, 9), /cut off within its header/],
    [whole.subarray(0, 50), /cut off within its header/],
    [whole.subarray(0, -1), /is cut off, or its header lies: the header promises 24 bytes, found 23/],
    [
      Uint8Array.from([...whole, 0]),
      /has more data than its header says: the header promises 24 bytes, found 25/,
    ],
    [header("(1000000000, 1000000000)"), /promises 4000000000000000000 bytes, found 4/],
    [header(`(${"9".repeat(400)},)`), /the header is not NumPy's/],
    [header("(-1,)"), /the header is not NumPy's/],
    [header("(1,), 'shape': (1,)"), /the header is not NumPy's/],
    [header("(1,), 'evil': __import__('os')"), /the header is not NumPy's/],
    [header("[1]"), /the header is not NumPy's/],
    [header("(1,)", "<q4"), /the array holds the type "<q4"/],
    [header("(1,)", "<f3"), /floats of an unusual size/],
    [header("(1,)", "<U4294967295"), /the array holds long texts/],
    [npyBytes({ header: "{".repeat(9000), data: [] }), /the header is not NumPy's/],
    [
      npyBytes({ header: " ".repeat(20_000), data: [] }),
      /the header has 20001 bytes, expected at most 10000/,
    ],
    [base64(reference.refused.objects), /the array holds Python objects/],
    [base64(reference.refused.structured), /structured array/],
    [base64(reference.refused.complex), /complex numbers/],
    [base64(reference.refused.dates), /dates/],
    [base64(reference.refused["long doubles"]), /floats of an unusual size/],
  ];
  for (const [i, [bytes, message]] of broken.entries()) {
    test(`${i}: ${message.source}`, () => refuses(() => valuesOf(bytes), message));
  }

  const [two, four] = [bytesOf([2], [0, 1]), bytesOf([2, 2], [1, 2, 3, 4])];
  const classes = required([2], [2], "class");
  const unfit: readonly (readonly [
    inputs: Uint8Array,
    targets: Uint8Array,
    DataRequirements,
    message: string,
  ])[] = [
    [base64(reference.refused.empty), two, classes, "x.npy: the array is empty: its shape is [0, 3]"],
    [
      base64(reference.refused["a single value"]),
      two,
      classes,
      "x.npy: a single value: expected an array of samples",
    ],
    [four, bytesOf([3], [0, 1, 0]), classes, "t.npy: 3 targets, but x.npy has 2 samples"],
    [
      four,
      two,
      required([3], [2], "class"),
      `x.npy: the samples have the shape [2], but the model's "input" is [3]`,
    ],
    [
      four,
      four,
      classes,
      "t.npy: the targets have the shape [2], but the loss of the output [2] takes [] for each sample",
    ],
    [bytesOf([2, 2], [1, 2, NaN, 4]), two, classes, "x.npy[1, 0]: expected a finite number, found NaN"],
    [
      bytesOf([2, 2], [1, 2, 3, -Infinity]),
      two,
      classes,
      "x.npy[1, 1]: expected a finite number, found -Infinity",
    ],
    [
      bytesOf([2, 2], [1, 1e300, 3, 4]),
      two,
      classes,
      "x.npy[0, 1]: 1e+300 does not fit a 32-bit float (up to 3.4e38)",
    ],
    [
      four,
      bytesOf([2], [0, 2]),
      classes,
      "t.npy[1]: the target is class 2, but the model has 2 outputs: expected 0 to 1",
    ],
    [
      four,
      bytesOf([2], [-1, 2]),
      classes,
      "t.npy[0]: the target is class -1, but the model has 2 outputs: expected 0 to 1",
    ],
    [
      four,
      bytesOf([2], [0, 1.5]),
      required([2], [1], "binary"),
      "t.npy[1]: expected a target from 0 to 1, found 1.5",
    ],
    [
      base64(reference.texts.S.file),
      bytesOf([3], [0, 1, 0]),
      required([1], [2], "class"),
      "x.npy: the inputs are texts: expected numbers",
    ],
    [
      bytesOf([3], [0, 1, 0]),
      base64(reference.texts.S.file),
      required([1], [1], "number"),
      't.npy[0]: expected a number, found "b"',
    ],
  ];
  for (const [x, t, asked, message] of unfit)
    test(message, () => refuses(() => load(npy, paths, [x, t], asked), message));
});

test("npy throws nothing but DataError, whatever the bytes", () => {
  const whole = base64(reference.numbers["<i2"].file);
  const flipped = fc
    .array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { maxLength: 4 })
    .map((changes) => changes.reduce((bytes, [at, byte]) => bytes.with(at, byte), whole));
  const headers = fc
    .array(
      fc.constantFrom(
        "{",
        "}",
        "'descr'",
        "'shape'",
        "'fortran_order'",
        ":",
        ",",
        "True",
        "'<f4'",
        "(",
        ")",
        "2",
        "[",
        " ",
      ),
    )
    .map((parts) => npyBytes({ header: parts.join(""), data: [1, 2, 3, 4] }));
  const bytes = fc.oneof(
    fc.uint8Array(),
    flipped,
    headers,
    fc.nat({ max: whole.length }).map((n) => whole.subarray(0, n)),
  );
  fc.assert(
    fc.property(bytes, bytes, (x, t) => {
      try {
        const { inputs } = load(npy, paths, [x, t], required([3], [3], "number"));
        assert.ok(inputs.every(Number.isFinite));
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});
