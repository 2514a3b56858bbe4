import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { embedding } from "../../../src/engine/ops/embedding.ts";
import { avgPool, maxPool } from "../../../src/engine/ops/pooling.ts";
import { OpBench } from "../../support/gradcheck.ts";

const still = { dilation: 1, before: 0, after: 0 };

/** Values and gradients for ∂L/∂y = 1, 2, 3, … of a window over one channel. */
function pool(kernel: number, stride: number, x: readonly number[]) {
  const attrs = { axes: [{ kernel, stride, ...still }], ceil: false };
  const bench = new OpBench(maxPool, { shapes: [[1, 1, x.length]], attrs });
  bench.set(bench.inputs[0], x);
  const y = [...bench.forward()];
  const [dx] = bench.backward(
    y.map((_, i) => i + 1),
    [true],
  );
  return { y, dx: [...(dx ?? [])] };
}

suite("the greatest element", () => {
  test("is the first of several equal ones", () => {
    assert.deepEqual(pool(3, 3, [2, 7, 7, -1, -1, -1]), { y: [7, -1], dx: [0, 1, 0, 2, 0, 0] });
  });

  test("is NaN where there is one, and the last of several has the gradient, as PyTorch's", () => {
    assert.deepEqual(pool(5, 1, [1, NaN, 3, NaN, 5, 0]), { y: [NaN, NaN], dx: [0, 0, 0, 3, 0, 0] });
  });

  test("of nothing but −∞ is the first of them", () => {
    assert.deepEqual(pool(2, 2, [-Infinity, -Infinity, -Infinity, 1]), {
      y: [-Infinity, 1],
      dx: [1, 0, 0, 2],
    });
  });

  test("collects the gradients of all windows that it is the greatest of", () => {
    assert.deepEqual(pool(3, 1, [0, 1, 9, 1, 0]), { y: [9, 9, 9], dx: [0, 0, 1 + 2 + 3, 0, 0] });
  });
});

test("a mean over a window with NaN in it is NaN, the others are not", () => {
  const attrs = { axes: [{ kernel: 2, stride: 2, ...still }], ceil: false, divisor: "padded" as const };
  const bench = new OpBench(avgPool, { shapes: [[1, 1, 4]], attrs });
  bench.set(bench.inputs[0], [1, 3, NaN, 1]);
  assert.deepEqual([...bench.forward()], [2, NaN]);
});

test("an embedding sums the gradients of every use of an id, but has none for the padding", () => {
  const bench = new OpBench(embedding, { shapes: [[4], [3, 2]], attrs: { padding: 1 } });
  bench.set(bench.inputs[0], [2, 1, 2, 0]);
  bench.set(bench.inputs[1], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...bench.forward()], [5, 6, 3, 4, 5, 6, 1, 2]);
  const [ids, dW] = bench.backward([1, 2, 3, 4, 5, 6, 7, 8], [false, true]);
  assert.equal(ids, undefined);
  assert.deepEqual([...(dW ?? [])], [7, 8, 0, 0, 1 + 5, 2 + 6]);
});
