import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Backend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { directions } from "../support/random.ts";
import { wasmBackends } from "../support/wasm.ts";

/** A loss of n elements: x at 0, targets at n, gradient at 2n. */
type Pointwise = (k: Kernels, n: number) => void;

const numbers: Readonly<Record<string, Pointwise>> = {
  mse: (k, n) => k.mse(n, 0, n, 2 * n, 0),
  l1: (k, n) => k.l1(n, 0, n, 2 * n, 0),
  huber: (k, n) => k.huber(n, 0, n, 0.7, 2 * n, 0),
  "smoothL1, β = 0.3": (k, n) => k.smoothL1(n, 0, n, 0.3, 2 * n, 0),
  "smoothL1, β = 1.4e-45": (k, n) => k.smoothL1(n, 0, n, 2 ** -149, 2 * n, 0),
  "smoothL1, β = 0": (k, n) => k.smoothL1(n, 0, n, 0, 2 * n, 0),
};
const bce: Pointwise = (k, n) => k.bce(n, 0, n, 2 * n, 0);
const bceWithLogits: Pointwise = (k, n) => k.bceWithLogits(n, 0, n, 2 * n, 0);

/** A loss of rows of n scores: x at 0, classes at rows · n, gradient after them. */
type OfClasses = (k: Kernels, rows: number, n: number) => void;

const crossEntropy =
  (smoothing: number): OfClasses =>
  (k, rows, n) =>
    k.crossEntropy(rows, n, 0, rows * n, smoothing, rows * (n + 1), 0);

const ofClasses: Readonly<Record<string, OfClasses>> = {
  crossEntropy: crossEntropy(0),
  "crossEntropy, smoothed": crossEntropy(0.1),
  nll: (k, rows, n) => k.nll(rows, n, 0, rows * n, rows * (n + 1), 0),
};

interface Outcome {
  readonly loss: number;
  readonly right: number;
  readonly slopes: Float32Array;
}

function outcome(backend: Backend, given: readonly number[], n: number, loss: (k: Kernels) => void): Outcome {
  const memory = backend.memory(given.length + n + 4, 2);
  memory.floats.fill(7); // what lies behind a range must not count, and must not be written over
  memory.floats.set(given);
  loss(backend.kernels(memory, () => 0));
  const after = given.length + n;
  assert.deepEqual([...memory.floats.subarray(after, after + 4)], [7, 7, 7, 7]);
  return {
    loss: memory.doubles[0],
    right: memory.doubles[1],
    slopes: (memory.floats as Float32Array).slice(given.length, after),
  };
}

/** Equal, both NaN, or apart by less than `bound` of the greater of their size and `scale`. */
const same = (ours: number, theirs: number, bound: number, scale = 0): boolean =>
  Object.is(ours, theirs) ||
  ours === theirs ||
  Math.abs(ours - theirs) <= bound * Math.max(Math.abs(theirs), scale);

function compare(backend: Backend, given: readonly number[], n: number, loss: (k: Kernels) => void): void {
  const [ours, theirs] = [backend, scalarBackend].map((each) => outcome(each, given, n, loss));
  const say = (what: string, a: number, b: number) => `${what} of ${given.join()}: scalar ${b}, wasm ${a}`;
  assert.ok(same(ours.loss, theirs.loss, 2e-6, 1e-9), say("loss", ours.loss, theirs.loss));
  assert.equal(ours.right, theirs.right, say("right answers", ours.right, theirs.right));
  const scale = theirs.slopes.reduce(
    (most, s) => (Number.isFinite(s) ? Math.max(most, Math.abs(s)) : most),
    0,
  );
  theirs.slopes.forEach((slope, i) =>
    assert.ok(same(ours.slopes[i], slope, 1e-6, 0.1 * scale), say(`slope ${i}`, ours.slopes[i], slope)),
  );
}

const SIZES = [1, 2, 3, 4, 5, 7, 8, 131];

/** Every pair of these is an edge of some loss. */
const NUMBERS = [NaN, Infinity, -Infinity, 0, -0, 1e-42, -1e-42, 0.7, 1, 1e30, -3e38];
const PROBABILITIES = [NaN, 0, 1e-42, 1e-30, 1e-7, 0.5, 1 - 2 ** -24, 1];
const TARGETS = [0, 0.25, 1, NaN];

const pairs = (xs: readonly number[], ts: readonly number[]) => xs.flatMap((x) => ts.map((t) => [x, t]));

for (const [variant, backend] of wasmBackends().entries()) {
  suite(`losses in WebAssembly, build ${variant + 1}`, () => {
    for (const [name, loss] of Object.entries(numbers)) {
      test(`${name} is that of the scalar kernel`, () => {
        for (const n of SIZES) {
          const given = Array.from({ length: 2 * n }, directions(n));
          compare(backend, given, n, (k) => loss(k, n));
        }
        for (const given of pairs(NUMBERS, NUMBERS)) compare(backend, given, 1, (k) => loss(k, 1));
      });
    }

    test("binary cross entropy of probabilities is that of the scalar kernel", () => {
      for (const n of SIZES) {
        const random = directions(n);
        const p = Array.from({ length: n }, () => 0.5 + 0.28 * random());
        const t = p.map((_, i) => [0, 1, 1, 0.3][i % 4]);
        compare(backend, [...p, ...t], n, (k) => bce(k, n));
      }
      for (const given of pairs(PROBABILITIES, TARGETS)) compare(backend, given, 1, (k) => bce(k, 1));
    });

    test("binary cross entropy of logits is that of the scalar kernel", () => {
      for (const n of SIZES) {
        const random = directions(n);
        const x = Array.from({ length: n }, () => 10 * random());
        const t = x.map((_, i) => [0, 1, 1, 0.3][i % 4]);
        compare(backend, [...x, ...t], n, (k) => bceWithLogits(k, n));
      }
      const logits = [...NUMBERS, 17, -17, 50, -50];
      for (const given of pairs(logits, TARGETS)) compare(backend, given, 1, (k) => bceWithLogits(k, 1));
    });

    test("ln p is within 2e-7 of the true one, ln(1 − p) within 4e-7, relative to their size", () => {
      const memory = backend.memory(3, 2);
      const k = backend.kernels(memory, () => 0);
      for (const [target, bound, truth] of [
        [1, 2e-7, (p: number) => -Math.log(p)],
        [0, 4e-7, (p: number) => -Math.log1p(-p)],
      ] as const) {
        memory.floats[1] = target;
        for (let i = 1; i < 40_000; i++) {
          // over all of [10⁻⁴², 1], and close to 1
          memory.floats[0] = i % 2 ? 10 ** (-i / 952) : 1 - 10 ** (-i / 5600);
          const p = memory.floats[0];
          bce(k, 1);
          const wanted = Math.min(truth(p), 100);
          assert.ok(same(memory.doubles[0], wanted, bound), `${p}: ${memory.doubles[0]}, not ${wanted}`);
        }
      }
    });

    for (const [name, loss] of Object.entries(ofClasses)) {
      test(`${name} is that of the scalar kernel`, () => {
        for (const n of SIZES) {
          for (const rows of [1, 6]) {
            const random = directions(n + rows);
            const x = Array.from({ length: rows * n }, () => 3 * random());
            const t = Array.from({ length: rows }, (_, r) => (r * 5) % n);
            compare(backend, [...x, ...t], rows * n, (k) => loss(k, rows, n));
          }
        }
      });

      test(`${name} of NaN, ±∞, equal and denormal scores is that of the scalar kernel`, () => {
        for (const at of [0, 1, 4, 5]) {
          for (const score of [NaN, Infinity, -Infinity, 1e-42, 2, 300, -300]) {
            for (const target of [0, 1, 4, 5]) {
              const x = [2, 1, 0.5, -1, 2, 2];
              x[at] = score;
              compare(backend, [...x, target], 6, (k) => loss(k, 1, 6));
            }
          }
        }
      });
    }

    test("cross entropy still has a gradient where the right class is all but certain", () => {
      const { loss, slopes } = outcome(backend, [20, 0, 0, 0], 3, (k) => crossEntropy(0)(k, 1, 3));
      const wrong = Math.exp(-20) / (1 + 2 * Math.exp(-20));
      assert.ok(same(loss, Math.log1p(2 * Math.exp(-20)), 1e-6));
      for (const [i, wanted] of [-2 * wrong, wrong, wrong].entries())
        assert.ok(same(slopes[i], wanted, 1e-6));
    });
  });
}

test("a score of −∞ for a wrong class leaves cross entropy finite", () => {
  for (const backend of [scalarBackend, ...wasmBackends()]) {
    const { loss, slopes } = outcome(backend, [1, -Infinity, 1, 0], 3, (k) => crossEntropy(0)(k, 1, 3));
    assert.ok(same(loss, Math.LN2, 1e-7));
    assert.deepEqual([...slopes], [-0.5, 0, 0.5]);
  }
});
