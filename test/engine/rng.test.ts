import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Generator } from "../../src/engine/rng/generator.ts";
import reference from "../reference/seeds.json" with { type: "json" };

const floats = (length: number, fill: (out: Float32Array) => void): number[] => {
  const out = new Float32Array(length);
  fill(out);
  return [...out];
};
const rand = (g: Generator, n: number): number[] => floats(n, (out) => g.uniform(out, 0, 1));
const randn = (g: Generator, n: number): number[] => floats(n, (out) => g.normal(out, 0, 1));

/** Calls `check` with each of the sizes for which the reference has values. */
const eachSize = <T>(bySize: Readonly<Record<string, T>>, check: (n: number, expected: T) => void): void => {
  for (const [n, expected] of Object.entries(bySize)) check(Number(n), expected);
};

// All comparisons are bit for bit: the reference was computed by the AVX2 kernels, which the generator follows.
for (const [seed, expected] of Object.entries(reference.seeds)) {
  const at = (): Generator => new Generator(Number(seed));

  suite(`PyTorch's generator, seed ${seed}`, () => {
    test("uniform", () => {
      eachSize(expected.rand, (n, values) => assert.deepEqual(rand(at(), n), values));
      assert.deepEqual(
        floats(6, (out) => at().uniform(out, -0.3, 0.3)),
        expected["uniform_(-0.3, 0.3)"],
      );
    });

    test("normal, below and from 16 values on", () => {
      eachSize(expected.randn, (n, values) => assert.deepEqual(randn(at(), n), values));
      eachSize(expected["normal_(0.5, 2)"], (n, values) =>
        assert.deepEqual(
          floats(n, (out) => at().normal(out, 0.5, 2)),
          values,
        ),
      );
    });

    test("permutations", () => {
      eachSize(expected.randperm, (n, values) => assert.deepEqual([...at().randperm(n)], values));
    });

    test("integers", () => {
      const out = new Int32Array(8);
      at().randint(0, 7, out);
      assert.deepEqual([...out], expected["randint(0, 7, 8)"]);
    });

    test("coins", () => {
      assert.deepEqual(
        floats(12, (out) => at().bernoulli(0.3, out)),
        expected["bernoulli(0.3), 12"],
      );
    });

    test("a sequence of calls", () => {
      const g = at();
      assert.deepEqual(
        [randn(g, 3), rand(g, 2), randn(g, 3), randn(g, 16), randn(g, 1)],
        expected["in sequence: randn(3), rand(2), randn(3), randn(16), randn(1)"],
      );
    });
  });
}

suite("Generator", () => {
  test("gives the 10000th number that the C++ standard asks of mt19937", () => {
    const g = new Generator(5489); // [rand.predef]: the 10000th of the default seed is 4123659995
    for (let i = 1; i < 10_000; i++) g.bits32();
    assert.equal(g.bits32(), 4123659995);
  });

  test("takes the low 32 bits of a seed", () => {
    assert.equal(new Generator(2 ** 40 + 5).bits32(), new Generator(5).bits32());
    assert.equal(new Generator(2 ** 53 - 1).bits32(), new Generator(2 ** 32 - 1).bits32());
  });

  test("puts the first of two draws into the upper half of 64 bits", () => {
    const [halves, whole] = [new Generator(3), new Generator(3)];
    const upper = BigInt(halves.bits32());
    assert.equal(whole.bits64(), upper * 2n ** 32n + BigInt(halves.bits32()));
  });

  test("makes doubles of the low 53 of 64 bits", () => {
    assert.equal(new Generator(3).double(), Number(new Generator(3).bits64() % 2n ** 53n) / 2 ** 53);
  });

  // torch.manual_seed(0); torch.randint(0, 2**28 - 1, (2,)), torch.randint(0, 2**28, (2,)), torch.randint(-5, 2**50, (2,))
  for (const [from, to, values] of [
    [0, 2 ** 28 - 1, [209652404, 130329144]],
    [0, 2 ** 28, [130329135, 136432832]],
    [-5, 2 ** 50, [856161326987919, 745975020840930]],
  ] as const) {
    test(`draws integers from ${from} to ${to} as PyTorch does`, () => {
      const out = new Float64Array(2);
      new Generator(0).randint(from, to, out);
      assert.deepEqual([...out], values);
    });
  }

  test("draws nothing for empty arrays and permutations of fewer than 2", () => {
    const g = new Generator(0);
    const empty = new Float32Array(0);
    g.uniform(empty, 0, 1);
    g.normal(empty, 0, 1);
    g.bernoulli(0.5, empty);
    g.randint(0, 5, empty);
    assert.equal(g.randperm(0).length, 0);
    assert.deepEqual([...g.randperm(1)], [0]);
    assert.equal(g.bits32(), new Generator(0).bits32());
  });

  test("keeps the second normal number of a pair across other draws, and blocks of 16 leave it alone", () => {
    const [a, b] = [new Generator(1), new Generator(1)];
    const [, second] = randn(a, 2);
    randn(b, 1);
    rand(b, 2);
    randn(b, 16);
    assert.deepEqual(randn(b, 1), [second]);
  });

  test("a coin of probability 0 never shows 1, one of probability 1 always does", () => {
    assert.ok(floats(1000, (out) => new Generator(0).bernoulli(0, out)).every((x) => x === 0));
    assert.ok(floats(1000, (out) => new Generator(0).bernoulli(1, out)).every((x) => x === 1));
  });

  test("uniform and normal numbers have the moments of their distributions", () => {
    const n = 100_000;
    const moments = (x: readonly number[]): [number, number] => {
      const mean = x.reduce((sum, v) => sum + v, 0) / n;
      return [mean, x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n];
    };
    // Within 5 standard errors: σ/√n of the mean, about √(2/n)·σ² of the variance.
    const [mean, variance] = moments(randn(new Generator(11), n));
    assert.ok(Math.abs(mean) < 5 / Math.sqrt(n));
    assert.ok(Math.abs(variance - 1) < 5 * Math.sqrt(2 / n));
    const [middle, spread] = moments(rand(new Generator(11), n));
    assert.ok(Math.abs(middle - 0.5) < 5 * Math.sqrt(1 / 12 / n));
    assert.ok(Math.abs(spread - 1 / 12) < (5 * Math.sqrt(2 / n)) / 12);
  });
});
