import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { DataError } from "../../src/engine/data/error.ts";
import { initialWeights } from "../../src/engine/init/initialWeights.ts";
import { layers } from "../../src/engine/layers/index.ts";
import type { Reading } from "../../src/engine/data/reading.ts";
import type { Shape } from "../../src/engine/tensor.ts";
import {
  matchWeights,
  readSafetensors,
  readWeights,
  type Stored,
  type TensorValues,
  writeSafetensors,
} from "../../src/engine/weights/index.ts";
import reference from "../reference/safetensors.json" with { type: "json" };
import { inPieces } from "../support/data.ts";
import { layerOf, modelOf } from "../support/layerBench.ts";

type Reference = Readonly<Record<string, { readonly shape: Shape; readonly values: readonly string[] }>>;

const NUMBERS: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity };
const numberOf = (text: string): number => NUMBERS[text] ?? Number(text);

const decode = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

/** Every tensor of a file. */
function* all(): Reading<ReadonlyMap<string, TensorValues>> {
  let shapes: Stored = new Map();
  const choose = (stored: Stored) => {
    shapes = stored;
    return new Map([...stored.keys()].map((name) => [name, name]));
  };
  const tensors = yield* readSafetensors({ path: "w.safetensors" }, { choose });
  return new Map(
    [...shapes].map(([name, { shape }]) => [
      name,
      { shape, values: tensors.get(name) ?? new Float32Array() },
    ]),
  );
}

const read = (bytes: Uint8Array) => inPieces(all, [bytes]);

/** A file with this header and so many bytes of tensors after it. */
function fileOf(header: unknown, data = 0): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const refuses = (bytes: Uint8Array, message: RegExp) =>
  assert.throws(
    () => read(bytes),
    (error) => error instanceof DataError && message.test(error.message),
    String(message),
  );

const modelFile = reference["Sequential(Linear(2, 3), BatchNorm1d(3), Linear(3, 1))"];

suite("a .safetensors file", () => {
  for (const key of ["every dtype", "Sequential(Linear(2, 3), BatchNorm1d(3), Linear(3, 1))"] as const) {
    test(`of ${key} is read as its own library reads it`, () => {
      const tensors = read(decode(reference[key].file));
      const expected: Reference = reference[key].tensors;
      assert.deepEqual([...tensors.keys()].sort(), Object.keys(expected).sort());
      for (const [name, { shape, values }] of Object.entries(expected)) {
        assert.deepEqual(tensors.get(name)?.shape, shape, name);
        assert.deepEqual(tensors.get(name)?.values, Float32Array.from(values, numberOf), name);
      }
    });
  }

  test("is read where it lies within a larger buffer", () => {
    const bytes = decode(modelFile.file);
    const larger = new Uint8Array(bytes.length + 11);
    larger.set(bytes, 3);
    const tensor = read(larger.subarray(3, 3 + bytes.length)).get("0.weight");
    assert.deepEqual(tensor, read(bytes).get("0.weight"));
  });

  test("that ends anywhere too early is cut off", () => {
    const bytes = decode(modelFile.file);
    for (let length = 0; length < bytes.length; length++) refuses(bytes.subarray(0, length), /cut off/);
  });

  test("with an absurd length of its header is none", () => {
    const bytes = new Uint8Array(100);
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 64n - 1n, true);
    refuses(bytes, /its header would have 18446744073709552000 bytes, expected at most 16777216/);
  });

  test("whose header is not a JSON object is none", () => {
    for (const header of ["", "{", "[]", "null", "3", "[".repeat(100_000)])
      refuses(fileOf(header), /not a JSON object/);
    const notText = fileOf("{}");
    notText[8] = 0xff;
    refuses(notText, /not text in UTF-8/);
  });

  const one = (tensor: Readonly<Record<string, unknown>>, data = 8) =>
    fileOf({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...tensor } }, data);

  test("whose header lies is refused before anything is allocated", () => {
    assert.equal(read(one({})).size, 1);
    refuses(one({ dtype: undefined }), /"w" is described wrongly: expected its dtype and shape/);
    refuses(one({ dtype: "F8_E4M3" }), /"w" holds "F8_E4M3": expected one of F64, F32, F16, BF16/);
    refuses(one({ dtype: "constructor" }), /holds "constructor"/);
    refuses(one({ shape: [-2] }), /described wrongly/);
    refuses(one({ shape: [1.5] }), /described wrongly/);
    refuses(one({ shape: Array(65).fill(1) }), /described wrongly/);
    refuses(
      one({ shape: [2 ** 50] }),
      /should have 4503599627370496 bytes by its shape and dtype, but has 8/,
    );
    refuses(one({ shape: [...Array<number>(64).fill(2 ** 52), 0].slice(1) }), /should have NaN bytes/);
    refuses(one({ data_offsets: [8] }), /expected its data_offsets/);
    refuses(one({ data_offsets: [8, 0] }), /should have 8 bytes by its shape and dtype, but has -8/);
    refuses(one({ data_offsets: [0, 2 ** 53] }), /expected its data_offsets/);
    refuses(one({ data_offsets: [8, 16] }), /ends at byte 16 of 8: the file is cut off, or its header lies/);
    refuses(one({}, 9), /the last 1 bytes belong to no tensor/);
  });

  test("whose tensors overlap or leave gaps is refused", () => {
    const tensor = (begin: number) => ({ dtype: "U8", shape: [4], data_offsets: [begin, begin + 4] });
    refuses(fileOf({ a: tensor(0), b: tensor(3) }, 7), /"b" overlaps another one/);
    refuses(fileOf({ a: tensor(0), b: tensor(0) }, 4), /"b" overlaps another one/);
    refuses(fileOf({ a: tensor(0), b: tensor(5) }, 9), /1 bytes from byte 4 on belong to no tensor/);
  });

  test("of any bytes is read or refused with a DataError", () => {
    const survives = (bytes: Uint8Array) => {
      try {
        read(bytes);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
      }
    };
    const offset = fc.oneof(fc.nat(40), fc.maxSafeNat(), fc.integer());
    const tensor = fc.record(
      {
        dtype: fc.constantFrom("F64", "F32", "F16", "BF16", "I8", "BOOL", "F99", "toString"),
        shape: fc.array(fc.oneof(fc.nat(5), fc.maxSafeNat()), { maxLength: 4 }),
        data_offsets: fc.oneof(fc.tuple(offset, offset), fc.array(offset)),
      },
      { requiredKeys: [] },
    );
    const valid = decode(reference["every dtype"].file);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives));
    fc.assert(fc.property(fc.jsonValue(), fc.nat(50), (header, data) => survives(fileOf(header, data))));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), tensor), fc.nat(50), (header, data) =>
        survives(fileOf(header, data)),
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 5 }), (changes) => {
        const bytes = valid.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        survives(bytes);
      }),
    );
  });

  test("that is written is read again, any name and every number", () => {
    const tensor = fc
      .array(fc.float({ noDefaultInfinity: false }), { maxLength: 6 })
      .map((values): TensorValues => ({ shape: [values.length], values: Float32Array.from(values) }));
    const name = fc.string({ unit: "grapheme" }).filter((text) => text !== "__metadata__");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor), { maxLength: 5 }), (entries) => {
        const tensors = new Map(entries);
        assert.deepEqual(read(writeSafetensors(tensors)), tensors);
      }),
    );
  });

  test("is written as its own library writes it", () => {
    // safetensors.torch.save({"a": torch.zeros(2)}, {"format": "pt"})
    const header = '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   ';
    const bytes = writeSafetensors(new Map([["a", { shape: [2], values: new Float32Array(2) }]]));
    assert.deepEqual(bytes, fileOf(header, 8));
  });
});

const chain = [
  layerOf("0", "Linear", { out_features: 3 }, [2]),
  layerOf("1", "BatchNorm1d", {}, [3]),
  layerOf("2", "Linear", { out_features: 1 }, [3]),
];

suite("the weights of a model", () => {
  const shapes = new Map<string, { shape: Shape }>([
    ["block.7.0.weight", { shape: [3, 2] }],
    ["head.weight", { shape: [1, 3] }],
  ]);
  const matching = (tensors: Readonly<Record<string, Shape>>) => (): ReadonlyMap<string, Float32Array> => {
    const stored = new Map(
      Object.entries(tensors).map(([name, shape]) => [
        name,
        { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(2) },
      ]),
    );
    const choose = (found: Stored) => matchWeights(shapes, found, "w.safetensors");
    return inPieces(() => readSafetensors({ path: "w.safetensors" }, { choose }), [writeSafetensors(stored)]);
  };

  test("come from the state_dict that PyTorch has saved, without num_batches_tracked", () => {
    const weights = inPieces(
      () => readWeights(modelOf(chain), layers, "w.safetensors"),
      [decode(modelFile.file)],
    );
    const expected: Reference = modelFile.tensors;
    const names = Object.keys(expected).filter((name) => name !== "1.num_batches_tracked");
    assert.deepEqual([...weights.keys()].sort(), names.sort());
    for (const name of names) {
      assert.deepEqual(weights.get(name), Float32Array.from(expected[name].values, numberOf));
    }
    // The reference is torch.manual_seed(3) and PyTorch's own initialisation.
    assert.deepEqual(
      new Map([...weights].sort()),
      new Map([...initialWeights(modelOf(chain, 3), layers)].sort()),
    );
  });

  test("fit where every name and shape is the model's", () => {
    const weights = matching({ "head.weight": [1, 3], "block.7.0.weight": [3, 2] })();
    assert.deepEqual(weights.get("head.weight"), Float32Array.of(2, 2, 2));
    assert.equal(weights.get("block.7.0.weight")?.length, 6);
  });

  test("of another shape are named with both shapes", () => {
    assert.throws(matching({ "head.weight": [3, 1], "block.7.0.weight": [3, 2] }), {
      name: "DataError",
      message: 'w.safetensors: "head.weight" is [3, 1] in the file, but [1, 3] in the model',
    });
  });

  test("that are missing or unknown are named, all together", () => {
    assert.throws(
      matching({ "blok.7.0.weight": [3, 2], "bn.num_batches_tracked": [], "something.else": [1] }),
      {
        name: "DataError",
        message:
          'w.safetensors: the model has no "blok.7.0.weight": did you mean "block.7.0.weight"?; ' +
          'the model has no "something.else"; "block.7.0.weight" [3, 2] of the model is missing; ' +
          '"head.weight" [1, 3] of the model is missing',
      },
    );
  });

  const wrapped = (prefix: string): Readonly<Record<string, Shape>> => ({
    [`${prefix}head.weight`]: [1, 3],
    [`${prefix}block.7.0.weight`]: [3, 2],
    [`${prefix}bn.num_batches_tracked`]: [],
  });

  for (const prefix of ["module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module."]) {
    test(`fit without ${prefix} before all names, which wrappers of PyTorch put there`, () => {
      const weights = matching(wrapped(prefix))();
      assert.deepEqual([...weights.keys()].sort(), ["block.7.0.weight", "head.weight"]);
      assert.deepEqual(weights.get("head.weight"), Float32Array.of(2, 2, 2));
    });
  }

  test("of a model that has a layer called like a wrapper are taken as they are", () => {
    const own = new Map([["module.weight", { shape: [1] }]]);
    assert.deepEqual(matchWeights(own, own, "w.safetensors"), new Map([["module.weight", "module.weight"]]));
  });

  test("with another prefix before all names are refused with that prefix", () => {
    assert.throws(matching(wrapped("net.core.")), {
      name: "DataError",
      message:
        'w.safetensors: every name begins with "net.core.", and all tensors fit without it: save the state_dict of "net.core" alone',
    });
  });

  test("with a wrapper's prefix that do not fit are named without it", () => {
    assert.throws(matching({ "module.head.weight": [3, 1], "module.block.7.0.weight": [3, 2] }), {
      message:
        'w.safetensors: without "module." before all names, "head.weight" is [3, 1] in the file, but [1, 3] in the model',
    });
  });

  test("with thousands of dots or wrappers before all names are refused at once", () => {
    for (const prefix of [".".repeat(100_000), "module.".repeat(20_000)]) {
      assert.throws(matching(wrapped(prefix)), DataError);
    }
  });

  test("behind a header that is far longer than the model needs are refused before it is read", () => {
    const name = "w".repeat(2 ** 22);
    const file = fileOf({ [name]: { dtype: "F32", shape: [0], data_offsets: [0, 0] } });
    assert.throws(
      () => inPieces(() => readWeights(modelOf(chain), layers, "w.safetensors"), [file]),
      /its header has 41\d{5} bytes: the tensors of the model take at most 105\d{4}$/,
    );
  });

  test("with many mistakes are not all named", () => {
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${"x".repeat(90)}${i}`, [1]]));
    assert.throws(
      matching(many),
      /^DataError: w\.safetensors: the model has no "x{30}…x{28}0"; .*; and 1997 more$/,
    );
  });
});
