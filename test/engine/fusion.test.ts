import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ACTIVATION_NAMES, type ActivationName } from "../../src/engine/activations/index.ts";
import type { Call } from "../../src/engine/compile/recorder.ts";
import { after, backends, call, kindsOfNumbers, PARAMETERS, stepOf } from "../support/calls.ts";
import { directions } from "../support/random.ts";

/** Elements of one tensor, and places of four. */
const MOST = 3000;
const [X, Y, DY, DX] = [0, MOST, 2 * MOST, 3 * MOST];

suite("statistics in the pass of an activation", () => {
  for (const [kind, name] of ACTIVATION_NAMES.entries()) {
    test(`of ${name} are, to the bit, those of the passes one after the other`, () => {
      const [a, b] = PARAMETERS[name] ?? [0, 0];
      for (const backend of backends) {
        for (const n of [1, 3, 31, 32, 33, 64, 1000, 1024, 1056, 2100]) {
          for (const [what, make] of Object.entries(kindsOfNumbers)) {
            const random = directions(n);
            const numbers = () => Array.from({ length: n }, (_, i) => make(random(), i));
            const values = [
              [X, numbers()],
              [DY, numbers()],
            ] as const;
            const forward = [
              [call("moments", n, X, 0), call("activation", kind, n, X, Y, a, b), call("moments", n, Y, 4)],
              [call("activationMoments", kind, n, X, Y, a, b, 0, 4)],
            ];
            const backward = [
              [
                call("sumSquares", n, DY, 8),
                call("activationGrad", kind, n, X, Y, DY, DX, a, b),
                call("sumSquares", n, DX, 9),
              ],
              [call("activationGradSquares", kind, n, X, Y, DY, DX, a, b, 8, 9)],
            ];
            const apart = after(backend, 4 * MOST, [...forward[0], ...backward[0]], values);
            const together = after(backend, 4 * MOST, [...forward[1], ...backward[1]], values);
            assert.deepEqual(together, apart, `${n} numbers, ${what}, ${backend.name}`);
          }
        }
      }
    });
  }
});

const kernelsOf = (net: Parameters<typeof stepOf>[0]): readonly Call["kernel"][] =>
  stepOf(net).map(({ kernel }) => kernel);

suite("a step of a ReLU net", () => {
  test("takes the sums over what each ReLU reads and writes in its own pass, forward and backward", () => {
    const kernels = kernelsOf({ width: 16 });
    assert.equal(kernels.filter((name) => name === "activationMoments").length, 3);
    assert.equal(kernels.filter((name) => name === "activationGradSquares").length, 3);
    assert.ok(!kernels.includes("activation") && !kernels.includes("activationGrad"));
  });

  test("does so slice by slice", () => {
    assert.equal(kernelsOf({ width: 256 }).filter((name) => name === "activationMoments").length, 3 * 2);
  });

  test("writes over what it has read where that is large, or there are no statistics", () => {
    for (const kernels of [
      kernelsOf({ width: 128, batch: 1024 }),
      kernelsOf({ width: 16, statistics: false }),
    ]) {
      assert.ok(kernels.includes("activation") && !kernels.includes("activationMoments"));
    }
  });
});

suite("a step of another net", () => {
  const count = (kernels: readonly Call["kernel"][], kernel: Call["kernel"]) =>
    kernels.filter((other) => other === kernel).length;

  test("takes the sums in passes of their own around a heavy activation", () => {
    const kernels = kernelsOf({ width: 16, layer: { type: "GELU" } });
    assert.equal(count(kernels, "activationMoments") + count(kernels, "activationGradSquares"), 0);
    assert.equal(count(kernels, "moments"), 7);
    assert.equal(count(kernels, "sumSquares"), 7);
  });

  test("takes those of one activation behind another along with both", () => {
    const layer = { type: "Sequential", layers: [{ type: "ReLU" }, { type: "LeakyReLU" }] };
    const kernels = kernelsOf({ width: 16, layer });
    assert.equal(count(kernels, "activationMoments"), 6);
    assert.equal(count(kernels, "activationGradSquares"), 6);
  });

  test("takes the sum over what a block adds in a pass of its own", () => {
    const kernels = kernelsOf({ width: 16, layer: { type: "Residual", layers: [{ type: "ReLU" }] } });
    assert.equal(count(kernels, "activationMoments"), 3);
    assert.equal(count(kernels, "activationGradSquares"), 3);
    assert.equal(count(kernels, "moments"), 4);
  });
});

suite("a derivative of 0 cuts a gradient off, as PyTorch's does", () => {
  const [inf, nan] = [Infinity, NaN];
  for (const [name, x, dy, expected] of [
    ["relu", [-5, 0, 5, nan, -5, 5], [inf, nan, inf, 2, -1, nan], [0, 0, inf, 2, 0, nan]],
    ["hardtanh", [-5, 0, 5, nan, -0.5, 0.8], [inf, nan, nan, inf, inf, -inf], [0, nan, 0, 0, 0, 0]],
    ["hardsigmoid", [-5, 0, 5, nan, -3, 3], [inf, inf, nan, inf, inf, -inf], [0, inf, 0, 0, 0, 0]],
    ["hardswish", [-5, 0, 5, -3, 3, -4], [inf, nan, inf, inf, -inf, nan], [0, nan, inf, 0, -inf, 0]],
  ] as const) {
    test(`${name}, of gradients that are not finite too`, () => {
      const kind = ACTIVATION_NAMES.indexOf(name);
      const [a, b] = PARAMETERS[name as ActivationName] ?? [0, 0];
      for (const backend of backends) {
        for (const times of [1, 10]) {
          const repeated = (values: readonly number[]) => Array.from({ length: times }, () => values).flat();
          const n = times * x.length;
          const calls = [
            call("activation", kind, n, X, Y, a, b),
            call("activationGrad", kind, n, X, Y, DY, DX, a, b),
          ];
          const { floats } = after(backend, 4 * MOST, calls, [
            [X, repeated(x)],
            [DY, repeated(dy)],
          ]);
          assert.deepEqual(floats.slice(DX, DX + n), repeated(expected), backend.name);
        }
      }
    });
  }
});
