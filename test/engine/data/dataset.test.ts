import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { gather, split } from "../../../src/engine/data/dataset.ts";
import { normalize } from "../../../src/engine/data/normalize.ts";
import { sampler } from "../../../src/engine/data/sampler.ts";
import { Generator } from "../../../src/engine/rng/generator.ts";
import type { Shape } from "../../../src/engine/tensor.ts";
import { normalized, refuses } from "../../support/data.ts";

const normalizedOf = (...given: Parameters<typeof dataset>): Float32Array => normalized(dataset(...given));

const dataset = (samples: number, input: Shape, inputs: readonly number[]) => ({
  samples,
  input,
  inputs: Float32Array.from(inputs),
  target: [],
  targets: new Float32Array(samples),
});

suite("normalize", () => {
  test("a vector: each column to mean 0 and population deviation 1", () => {
    // column 0: 1, 3 → mean 2, deviation 1; column 1: 10, 50 → mean 30, deviation 20
    assert.deepEqual([...normalizedOf(2, [2], [1, 10, 3, 50])], [-1, -1, 1, 1]);
  });

  test("an array: each index of the first axis, over all its places", () => {
    // channel 0: 0, 2, 4, 6 → mean 3, variance 5; channel 1: 1 everywhere
    const inputs = normalizedOf(2, [2, 2], [0, 2, 1, 1, 4, 6, 1, 1]);
    const scaled = [-3, -1, 1, 3].map((x) => Math.fround(x / Math.sqrt(5)));
    assert.deepEqual([...inputs], [scaled[0], scaled[1], 0, 0, scaled[2], scaled[3], 0, 0]);
  });

  test("a constant column is only centred, though its mean is not exact", () => {
    const inputs = normalizedOf(1000, [1], Array<number>(1000).fill(0.1));
    assert.ok(inputs.every((x) => x === 0));
  });

  test("large values with a small spread keep their precision", () => {
    // 10⁶ ± 1: a sum of squares in single precision would be 0 or negative here
    assert.deepEqual([...normalizedOf(2, [1], [1e6 - 1, 1e6 + 1])], [-1, 1]);
  });

  test("pauses between slices of a large data set, and has the same result", () => {
    const values = Array.from({ length: 3 * 2 ** 20 }, (_, i) => Math.sin(i));
    const data = dataset(2 ** 20, [3], values);
    assert.ok([...normalize(data)].length > 3);
    // Column by column, as the definition has it; the sums are taken in the same order.
    for (let column = 0; column < 3; column++) {
      const x = Float32Array.from({ length: 2 ** 20 }, (_, row) => values[3 * row + column]);
      const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
      const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
      for (const row of [0, 1, 2 ** 19, 2 ** 20 - 1]) {
        assert.equal(data.inputs[3 * row + column], Math.fround((x[row] - mean) / deviation));
      }
    }
  });
});

suite("split", () => {
  test("without a share keeps the order and draws nothing", () => {
    const generator = new Generator(0);
    assert.deepEqual(split(3, 0, generator), {
      training: Uint32Array.of(0, 1, 2),
      validation: new Uint32Array(),
    });
    assert.equal(generator.bits32(), new Generator(0).bits32());
  });

  test("holds out the last ⌊share · samples⌋ of one permutation", () => {
    const order = new Generator(5).randperm(10);
    assert.deepEqual(split(10, 0.35, new Generator(5)), {
      training: order.slice(0, 7),
      validation: order.slice(7),
    });
  });

  test("refuses a share that holds out nothing", () => {
    refuses(
      () => split(4, 0.2, new Generator(0)),
      `"validation" of 0.2 holds out none of 4 samples: expected at least 0.25`,
    );
  });
});

suite("sampler", () => {
  const training = Uint32Array.from({ length: 7 }, (_, i) => 10 + i);
  const take = (count: number, sampling: Parameters<typeof sampler>[1], seed = 1): number[][] => {
    const batches = sampler(training, sampling, new Generator(seed));
    const out = new Uint32Array(sampling.batch_size);
    return Array.from({ length: count }, () => [...out.subarray(0, batches.next(out))]);
  };

  test("goes through the training set in order, and begins again", () => {
    const batches = take(3, { batch_size: 3, shuffle: false, drop_last: true });
    assert.deepEqual(batches, [
      [10, 11, 12],
      [13, 14, 15],
      [10, 11, 12],
    ]);
  });

  test("without drop_last ends an epoch with what is left", () => {
    assert.deepEqual(take(3, { batch_size: 3, shuffle: false, drop_last: false })[2], [16]);
  });

  test("with shuffle draws one permutation for each epoch", () => {
    const generator = new Generator(1);
    const epochs = [generator.randperm(7), generator.randperm(7)].map((order) =>
      [...order].map((i) => training[i]),
    );
    const batches = take(4, { batch_size: 3, shuffle: true, drop_last: true });
    assert.deepEqual(
      batches,
      epochs.flatMap((epoch) => [epoch.slice(0, 3), epoch.slice(3, 6)]),
    );
  });

  test("takes a last batch that is smaller than batch_size, where there is no other", () => {
    assert.deepEqual(take(2, { batch_size: 9, shuffle: false, drop_last: false }), [
      [...training],
      [...training],
    ]);
  });

  test("refuses a batch that the training set does not fill", () => {
    refuses(
      () => take(1, { batch_size: 8, shuffle: true, drop_last: true }),
      `a batch of 8 is more than the 7 training samples: expected a "batch_size" of at most 7, or "drop_last": false`,
    );
  });
});

test("gather writes the rows of a batch one after the other", () => {
  const out = new Float64Array(6);
  gather(Float32Array.of(1, 2, 3, 4, 5, 6), 2, Uint32Array.of(2, 0), 2, out, 1);
  assert.deepEqual([...out], [0, 5, 6, 1, 2, 0]);
});
