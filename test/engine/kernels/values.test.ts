import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { argsOf, makeCall, withArgs } from "../../../src/engine/compile/arguments.ts";
import { kernels } from "../../../src/engine/kernels/kernels.ts";
import type { AnyKernel } from "../../../src/engine/kernels/kernel.ts";
import { schedule } from "../../../src/engine/runtime/schedule.ts";
import { accessesOf } from "../../../src/engine/runtime/hazards.ts";
import { partition } from "../../../src/engine/runtime/partition.ts";
import { VARIANTS } from "../../../src/engine/kernels/convDescriptor.ts";
import { call } from "../../support/calls.ts";
import { descriptorOf } from "../../support/convSizes.ts";

const memory = { floats: new Float32Array(0), doubles: new Float64Array(0) };

/** The names of a function's parameters, as its source has them. */
const parametersOf = (f: (...args: never[]) => void): readonly string[] => {
  const list = /\(([^)]*)\)/.exec(f.toString())?.[1].replace(/\{[^}]*\}/, "descriptor") ?? "";
  return list.split(",").map((name) => name.trim().replace(/^_/, "")).filter(Boolean); // prettier-ignore
};

suite("every kernel", () => {
  for (const [name, { descriptor, params, scalar }] of Object.entries(kernels)) {
    test(`${name}: its loop takes the parameters that are said of it, in that order`, () => {
      const taken = parametersOf(scalar(memory, () => 0));
      assert.deepEqual(Object.keys(params), descriptor ? taken.slice(1) : taken);
    });
  }
});

suite("the arguments of a call", () => {
  const shape = { k: 2, lda: 2, ta: 0, ldb: 3, tb: 0, ldc: 3, accumulate: 0 };
  const product = { ...call("gemm", 4, 3, 100, 200, 300, -1), descriptor: shape };

  test("are found by name", () => {
    const { m, n, A, B, C, bias } = argsOf(product);
    assert.deepEqual([m, n, A, B, C, bias], [4, 3, 100, 200, 300, -1]);
  });

  test("and so are the fields of its descriptor", () => {
    const { k, ldb, accumulate } = argsOf(product);
    assert.deepEqual([k, ldb, accumulate], [2, 3, 0]);
  });

  test("are put in the order of the parameters, in whichever they are named", () => {
    assert.deepEqual(makeCall("moments", { out: 7, x: 50, n: 12 }), call("moments", 12, 50, 7));
  });

  test("are replaced by name", () => {
    const other = withArgs(product, { C: 400, m: 1 });
    assert.deepEqual(other, { ...call("gemm", 1, 3, 100, 200, 400, -1), descriptor: shape });
  });
});

suite("what follows from a kernel's value", () => {
  test("a call reads and writes what its places name, and nothing where a tensor is not there", () => {
    const shape = { k: 2, lda: 2, ta: 0, ldb: 3, tb: 0, ldc: 5, accumulate: 0 };
    const product = { ...call("gemm", 4, 3, 100, 200, 300, -1), descriptor: shape };
    assert.deepEqual(accessesOf(product), [
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

  test("a call is divided between samples, and keeps its descriptor", () => {
    const descriptor = { time: 2, heads: 1, width: 3, causal: 0 };
    const attention = (batch: number, sample: number) => ({
      ...call("attention", batch, 18 * sample, 100 + 6 * sample, 200 + 4 * sample),
      descriptor,
    });
    assert.deepEqual(partition(attention(5, 0), 2, 5), [attention(2, 0), attention(3, 2)]);
  });

  test("a convolution by columns is divided, too: each thread makes its own", () => {
    const sizes = [2, 3, 1, 5, 5, 3, 3, 3, 3, 2, 2, 1, 1, 1, 1] as const;
    const descriptor = descriptorOf([5, ...sizes]);
    const conv = (batch: number, sample: number) => ({
      ...call("conv2d", batch, 50 * sample, 300, -1, 400 + 27 * sample),
      descriptor,
    });
    assert.equal(VARIANTS[descriptor.variant], "im2col");
    assert.deepEqual(partition(conv(5, 0), 2, 5), [conv(2, 0), conv(3, 2)]);
  });

  test("places that are not there stay so where a call is divided", () => {
    const cell = (rows: number, row: number) =>
      call("lstmCell", rows, 2, 8 * row, 8, -1, 100 + 2 * row, 2, 200 + 2 * row, 2);
    assert.deepEqual(partition(cell(5, 0), 2, 5), [cell(2, 0), cell(3, 2)]);
  });

  test("of no more units than threads some get nothing", () => {
    const softmax = call("softmax", 1, 8, 0, 0);
    assert.deepEqual(partition(softmax, 2, 1), [undefined, softmax]);
  });

  for (const [name, kernel] of Object.entries(kernels) as [string, AnyKernel][]) {
    test(`${name} says what it reads and writes, so that others can run beside it, and what it costs`, () => {
      const named = { ...kernel.descriptor?.fields, ...kernel.params };
      const args = Object.fromEntries(
        Object.entries(named).map(([param, kind]) => [param, kind === "size" ? 4 : 0]),
      );
      const { reads = {}, writes = {} } = kernel.access?.(args) ?? {};
      assert.ok(Object.keys(writes).length > 0);
      for (const place of [...Object.keys(reads), ...Object.keys(writes)])
        assert.match(named[place], /lace$/, place);
      const cost = (kernel.cost?.(args) ?? 0) + (kernel.statistics?.(args) ?? 0);
      const isPass = Object.keys(kernel.params)[0] === "n"; // of that many elements
      assert.ok(cost > 0 || isPass);
    });
  }

  test("random numbers are drawn by the first thread, in their order, while others go on", () => {
    const draw = (at: number) => call("dropout", 16, at, 100 + at, 200 + at, 0.5);
    const sum = (at: number, out: number) => call("sumSquares", 16, at, out);
    const lists = schedule([draw(0), sum(1000, 0), draw(16), sum(1016, 1)], 2, 4);
    assert.deepEqual(
      lists[0].filter((task) => task !== "barrier" && task.kernel === "dropout"),
      [draw(0), draw(16)],
    );
    assert.equal(lists[1].filter((task) => task === "barrier").length, 1);
    assert.ok(lists[1].length > 1);
  });
});
