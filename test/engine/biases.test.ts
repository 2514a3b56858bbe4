import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { argsOf, isCallOf } from "../../src/engine/compile/arguments.ts";
import { sumBiases } from "../../src/engine/compile/fuseBiases.ts";
import { ACTIVATION_NAMES } from "../../src/engine/activations/index.ts";
import { LIGHT } from "../../src/engine/kernels/instrumented.ts";
import type { Call } from "../../src/engine/compile/recorder.ts";
import { after, backends, call, kindsOfNumbers, PARAMETERS, stepOf } from "../support/calls.ts";
import { directions } from "../support/random.ts";

/** Elements of one tensor, and places of four and of sums. */
const MOST = 2048;
const [X, Y, DY, DX, SUMS] = [0, MOST, 2 * MOST, 3 * MOST, 4 * MOST];
const FLOATS = 4 * MOST + 128;

/** Whether a sum of n numbers is as near to another one as single precision lets it be; numbers that are not finite are the same. */
function assertNear(sum: number, expected: number, magnitude: number, what: string): void {
  if (!Number.isFinite(expected)) assert.equal(sum, expected, what);
  else assert.ok(Math.abs(sum - expected) <= 2e-6 * magnitude, `${what}: ${sum}, not ${expected}`);
}

suite("the gradient of a bias in the pass of the derivative", () => {
  for (const name of [...LIGHT.backward, "gelu"] as const) {
    test(`of ${name} is that of two passes, and so are gradient and norms`, () => {
      const kind = ACTIVATION_NAMES.indexOf(name);
      const [a, b] = PARAMETERS[name] ?? [0, 0];
      for (const backend of backends) {
        for (const [rows, n] of [
          [1, 32],
          [5, 7],
          [7, 64],
          [20, 96],
          [64, 32],
        ] as const) {
          for (const [what, make] of Object.entries(kindsOfNumbers)) {
            const random = directions(rows * n);
            const numbers = () => Array.from({ length: rows * n }, (_, i) => make(random(), i));
            const values = [
              [X, numbers()],
              [DY, numbers()],
            ] as const;
            const forward = call("activation", kind, rows * n, X, Y, a, b);
            const apart = [
              forward,
              call("activationGradSquares", kind, rows * n, X, Y, DY, DX, a, b, 8, 9),
              call("columnSums", rows, n, DX, n, SUMS, 0),
            ];
            const together = [
              forward,
              call("activationGradSums", kind, rows, n, X, Y, DY, DX, a, b, 8, 9, SUMS),
            ];
            const expected = after(backend, FLOATS, apart, values);
            const found = after(backend, FLOATS, together, values);
            const context = `${rows} × ${n}, ${what}, ${backend.name}`;
            assert.deepEqual(found.floats.slice(0, SUMS), expected.floats.slice(0, SUMS), context);
            for (const slot of [8, 9]) {
              assertNear(found.doubles[slot], expected.doubles[slot], expected.doubles[slot], context);
            }
            for (let column = 0; column < n; column++) {
              const of = Array.from({ length: rows }, (_, row) => expected.floats[DX + row * n + column]);
              const magnitude = of.reduce((sum, x) => sum + Math.abs(x), 0);
              assertNear(
                found.floats[SUMS + column],
                expected.floats[SUMS + column],
                magnitude,
                `column ${column}, ${context}`,
              );
            }
          }
        }
      }
    });
  }
});

const relu = ACTIVATION_NAMES.indexOf("relu");

/** The derivative of `rows` rows of 32 from 500 on, or from a later row of them; the gradient goes to 1000 on. */
const derivative = (rows: number, first = 0): Call => {
  const at = 32 * first;
  return call("activationGradSquares", relu, 32 * rows, at, at, 500 + at, 1000 + at, 0, 0, 8, 9);
};
const sums = (rows: number, n = 32, accumulate = 0): Call =>
  call("columnSums", rows, n, 1000, n, 2000, accumulate);

const nowhere = (): number => assert.fail("no place is needed");

suite("joining the sums of rows with derivatives", () => {
  const product = call("gemm", 4, 32, 32, 1000, 32, 0, 3000, 32, 0, 5000, 32, -1, 0);

  test("puts them where the rows are written", () => {
    assert.deepEqual(sumBiases([derivative(4), product, sums(4), product], nowhere), [
      call("activationGradSums", relu, 4, 32, 0, 0, 500, 1000, 0, 0, 8, 9, 2000),
      product,
      product,
    ]);
  });

  test("adds up the rows of each slice where that is written, and these sums later", () => {
    const place = (size: number) => (assert.equal(size, 2 * 32), 7000);
    assert.deepEqual(sumBiases([derivative(4), derivative(3, 4), product, sums(7)], place), [
      call("activationGradSums", relu, 4, 32, 0, 0, 500, 1000, 0, 0, 8, 9, 7000),
      call("activationGradSums", relu, 3, 32, 128, 128, 628, 1128, 0, 0, 8, 9, 7032),
      product,
      call("columnSums", 2, 32, 7000, 32, 2000, 0),
    ]);
  });

  const add = (to: number) => call("add", 4, 4000, 4100, to);
  for (const [why, calls] of Object.entries({
    "they are added to others": [derivative(4), sums(4, 32, 1)],
    "rows are no multiple of 32": [derivative(4), sums(8, 16)],
    "there are rows that it has not written": [derivative(4), sums(5)],
    "a slice does not end with a row": [
      derivative(1),
      call("activationGradSquares", relu, 48, 32, 32, 532, 1032, 0, 0, 8, 9),
      call("activationGradSquares", relu, 48, 80, 80, 580, 1080, 0, 0, 8, 9),
      sums(4),
    ],
    "the rows are many": [derivative(65), sums(65)],
    "something is added to the rows first": [derivative(4), add(1100), sums(4)],
    "the place of the sums is still in use": [derivative(4), add(2000), sums(4)],
    "nobody knows what a call in between touches": [
      derivative(4),
      call("dropout", 4, 4000, 4100, 4200, 0.5),
      sums(4),
    ],
    "the rows have been written by something else": [product, sums(4)],
  })) {
    test(`leaves everything as it is where ${why}`, () => assert.deepEqual(sumBiases(calls, nowhere), calls));
  }
});

suite("a step of a ReLU net of a width that is a multiple of 32", () => {
  const count = (calls: readonly Call[], kernel: Call["kernel"]) =>
    calls.filter((other) => other.kernel === kernel).length;

  test("takes the gradients of all biases but the last in the passes of the derivatives", () => {
    const calls = stepOf({ width: 32 });
    assert.deepEqual([count(calls, "activationGradSums"), count(calls, "columnSums")], [3, 1]);
  });

  test("does so slice by slice", () => {
    const calls = stepOf({ width: 64, batch: 64 });
    assert.deepEqual([count(calls, "activationGradSums"), count(calls, "columnSums")], [3 * 2, 3 + 1]);
    const places = calls.flatMap((sums) => (isCallOf(sums, "activationGradSums") ? [argsOf(sums).out] : []));
    assert.equal(new Set(places).size, places.length);
  });

  test("takes them in passes of their own where nobody looks", () => {
    const calls = stepOf({ width: 32, statistics: false });
    assert.deepEqual([count(calls, "activationGradSums"), count(calls, "columnSums")], [0, 4]);
  });
});
