import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { argsOf, makeCall, withArgs } from "../../../src/engine/compile/arguments.ts";
import { kernels } from "../../../src/engine/kernels/kernels.ts";
import { accessesOf } from "../../../src/engine/runtime/hazards.ts";
import { partition } from "../../../src/engine/runtime/partition.ts";
import { call } from "../../support/calls.ts";

const memory = { floats: new Float32Array(0), doubles: new Float64Array(0) };

/** The names of a function's parameters, as its source has them. */
const parametersOf = (f: (...args: number[]) => void): readonly string[] => {
  const list = /\(([^)]*)\)/.exec(f.toString())?.[1] ?? "";
  return list.split(",").map((name) => name.trim().replace(/^_/, "")).filter(Boolean); // prettier-ignore
};

suite("every kernel", () => {
  for (const [name, { params, scalar }] of Object.entries(kernels)) {
    test(`${name}: its loop takes the parameters that are said of it, in that order`, () => {
      const said = Object.keys(params);
      const taken = parametersOf(scalar(memory, () => 0));
      const rest = taken.findIndex((parameter) => parameter.startsWith("..."));
      // What a rest parameter takes are the sizes that all kernels of a family end with.
      assert.deepEqual(rest < 0 ? said : said.slice(0, rest), rest < 0 ? taken : taken.slice(0, rest));
      assert.ok(rest < 0 || said.length > taken.length);
    });
  }
});

suite("the arguments of a call", () => {
  const product = call("gemm", 4, 3, 2, 100, 2, 0, 200, 3, 0, 300, 3, -1, 0);

  test("are found by name", () => {
    const { m, n, k, A, B, C, bias } = argsOf(product);
    assert.deepEqual([m, n, k, A, B, C, bias], [4, 3, 2, 100, 200, 300, -1]);
  });

  test("are put in the order of the parameters, in whichever they are named", () => {
    assert.deepEqual(makeCall("moments", { out: 7, x: 50, n: 12 }), call("moments", 12, 50, 7));
  });

  test("are replaced by name", () => {
    const other = withArgs(product, { C: 400, m: 1 });
    assert.deepEqual(other, call("gemm", 1, 3, 2, 100, 2, 0, 200, 3, 0, 400, 3, -1, 0));
  });
});

suite("what follows from a kernel's value", () => {
  test("a call reads and writes what its places name, and nothing where a tensor is not there", () => {
    assert.deepEqual(accessesOf(call("gemm", 4, 3, 2, 100, 2, 0, 200, 3, 0, 300, 5, -1, 0)), [
      { doubles: false, writes: false, at: 100, size: 8 },
      { doubles: false, writes: false, at: 200, size: 6 },
      { doubles: false, writes: true, at: 300, size: 18 },
    ]);
  });

  test("sums go to the doubles", () => {
    assert.deepEqual(accessesOf(call("sumSquares", 64, 200, 7)), [
      { doubles: false, writes: false, at: 200, size: 64 },
      { doubles: true, writes: true, at: 7, size: 1 },
    ]);
  });

  test("a call is divided between samples, and places that are not there stay so", () => {
    const attention = (batch: number, sample: number) =>
      call("attention", batch, 2, 1, 3, 18 * sample, 100 + 6 * sample, 200 + 4 * sample, -1, 0);
    assert.deepEqual(partition(attention(5, 0), 2, 5), [attention(2, 0), attention(3, 2)]);
  });

  test("of no more units than threads some get nothing", () => {
    const softmax = call("softmax", 1, 8, 0, 0);
    assert.deepEqual(partition(softmax, 2, 1), [undefined, softmax]);
  });
});
