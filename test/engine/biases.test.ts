import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { argsOf } from "../../src/engine/compile/arguments.ts";
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
              {
                ...call("activationGradSums", rows, n, X, Y, DY, DX, 8, 9, SUMS),
                descriptor: { kind, alpha: a, beta: b },
              },
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

suite("a step of a ReLU net of a width that is a multiple of 32", () => {
  const count = (calls: readonly Call[], kernel: Call["kernel"]) =>
    calls.filter((other) => other.kernel === kernel).length;

  test("takes the gradients of all biases but the last in the passes of the derivatives", () => {
    const calls = stepOf({ width: 32 });
    assert.deepEqual([count(calls, "activationGradSums"), count(calls, "columnSums")], [3, 1]);
  });

  test("does so part by part", () => {
    const calls = stepOf({ width: 64, batch: 64 });
    assert.deepEqual([count(calls, "activationGradSums"), count(calls, "columnSums")], [3 * 2, 3 + 1]);
    const places = calls
      .filter((sums) => sums.kernel === "activationGradSums")
      .map((sums) => argsOf(sums).out);
    assert.equal(new Set(places).size, places.length);
  });

  test("takes them in passes of their own without statistics", () => {
    const calls = stepOf({ width: 32, statistics: false });
    assert.deepEqual([count(calls, "activationGradSums"), count(calls, "columnSums")], [0, 4]);
  });

  for (const [why, net] of Object.entries({
    "rows are no multiple of 32": { width: 16 },
    "the rows are many": { width: 32, batch: 1024 },
    "the derivative takes no statistics along": { width: 32, layer: { type: "GELU" } },
    "something is added to the rows": { width: 32, layer: { type: "Residual", layers: [{ type: "ReLU" }] } },
  })) {
    test(`takes them in passes of their own where ${why}`, () => {
      const calls = stepOf(net);
      assert.deepEqual([count(calls, "activationGradSums"), count(calls, "columnSums")], [0, 4]);
    });
  }
});
