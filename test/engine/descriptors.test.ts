import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { descriptor } from "../../src/engine/kernels/kernel.ts";
import { described } from "../../src/engine/kernels/kernels.ts";
import {
  descriptorBytes,
  Descriptors,
  layoutOf,
  readDescriptor,
} from "../../src/engine/runtime/descriptors.ts";
import { call } from "../support/calls.ts";

const memory = () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const mixed = descriptor("Mixed", { kind: "index", alpha: "number", x: "place", beta: "number" });
const values = { kind: 3, alpha: -0.1, x: -1, beta: Infinity };

suite("descriptors in memory", () => {
  test("have each field at a multiple of its own size, as AssemblyScript lays out a class", () => {
    const { offsets, size } = layoutOf(mixed);
    assert.deepEqual(Object.fromEntries(offsets), { kind: 0, alpha: 8, x: 16, beta: 24 });
    assert.equal(size, 32);
  });

  test("are read as they were written", () => {
    const own = memory();
    const address = new Descriptors(own, 64, 32).addressOf(mixed, values);
    assert.deepEqual(readDescriptor(mixed, own, address), values);
  });

  test("with the same fields lie there once, whichever object says them", () => {
    const own = new Descriptors(memory(), 0, 64);
    const first = own.addressOf(mixed, values);
    assert.equal(own.addressOf(mixed, { ...values }), first);
    assert.notEqual(own.addressOf(mixed, { ...values, x: 7 }), first);
    assert.throws(() => own.addressOf(mixed, { ...values, x: 8 }), /no room for a Mixed/);
  });

  test("take as much room as the calls have different ones", () => {
    const product = (k: number) => ({
      ...call("gemm", 4, 3, 100, 200, 300, -1),
      descriptor: { k, lda: 2, ta: 0, ldb: 3, tb: 0, ldc: 5, accumulate: 0 },
    });
    const { size } = layoutOf(described.gemm.descriptor ?? assert.fail());
    assert.equal(descriptorBytes([product(1), call("fill", 4, 0, 1), product(1), product(2)]), 2 * size);
  });
});
