import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { doubleBackend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import { elementwiseOps } from "../../src/engine/ops/elementwise.ts";
import { ops } from "../../src/engine/ops/index.ts";
import type { Op } from "../../src/engine/ops/op.ts";
import { OpBench, sampleInputs } from "../support/gradcheck.ts";
import { directions } from "../support/random.ts";
import { wasmBackends } from "../support/wasm.ts";

const backends = [doubleBackend, scalarBackend, ...wasmBackends()];

/** Both sides of every bound, down to the last bit of f32, and what lies at the ends of the numbers. */
const edges = [-3, -0.5, 0, 0.8, 3].flatMap((x) => [
  x,
  x + 2 ** -24,
  x - 2 ** -24,
  x + 2 ** -22,
  x - 2 ** -22,
]);
const extremes = [1e-45, 1e-40, 1e-38, 1, 10, 90, 1e30, Infinity].flatMap((x) => [x, -x]);
const random = Array.from({ length: 200 }, directions(5));
const arguments_ = [...edges, ...extremes, -0, NaN, ...random, ...random.map((x) => 8 * x)];

suite("memory that is written over", () => {
  for (const [name, op] of Object.entries(ops) as unknown as readonly (readonly [string, Op])[]) {
    for (const input of op.overwrites ?? []) {
      test(`${name} gives the same bits over its input ${input}`, () => {
        for (const sample of op.samples) {
          for (const backend of backends) {
            const bench = new OpBench(op, sample, backend);
            const forward = (over?: number) => {
              sampleInputs(sample, 3).forEach((values, i) => bench.set(bench.inputs[i], values));
              return bench.forward(over);
            };
            assert.deepEqual(forward(input), forward());
          }
        }
      });
    }
  }

  for (const op of Object.values(elementwiseOps)) {
    for (const { attrs } of op.samples) {
      if (op.neededForBackward?.(attrs).inputs.length !== 0) continue;
      test(`${op.name} with ${attrs.alpha}, ${attrs.beta} has the same derivative, to the bit, from its result`, () => {
        for (const backend of backends) {
          const n = arguments_.length;
          const memory = backend.memory(5 * n, 1);
          const { activation, activationGrad } = backend.kernels(memory, () => 0);
          const [x, y, dy, dx, other] = [0, n, 2 * n, 3 * n, 4 * n];
          memory.floats.set(arguments_, x);
          memory.floats.fill(1, dy, dy + n);
          const kind = Object.keys(elementwiseOps).indexOf(op.name);
          activation(kind, n, x, y, attrs.alpha, attrs.beta);
          activationGrad(kind, n, x, y, dy, dx, attrs.alpha, attrs.beta);
          activationGrad(kind, n, y, y, dy, other, attrs.alpha, attrs.beta);
          assert.deepEqual(
            memory.floats.slice(other, other + n),
            memory.floats.slice(dx, dx + n),
            backend.name,
          );
        }
      });
    }
  }
});
