import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Dataset, TargetKind } from "../../../src/engine/data/data.ts";
import { dataFactsOf } from "../../../src/engine/data/dataFacts.ts";
import { losses } from "../../../src/engine/losses/index.ts";
import type { LossType } from "../../../src/engine/losses/loss.ts";

interface Given {
  readonly inputs?: readonly number[];
  readonly targets: readonly number[];
  readonly output: readonly number[];
  readonly loss?: LossType;
  readonly training?: readonly number[];
  readonly ids?: number;
}

function factsOf({ inputs, targets, output, loss = losses.MSELoss, training, ids }: Given) {
  const kind: TargetKind = loss.targets;
  const target = kind === "class" ? output.slice(0, -1) : output;
  const samples = targets.length / target.reduce((a, b) => a * b, 1);
  const dataset: Dataset = {
    samples,
    input: [1],
    inputs: Float32Array.from(inputs ?? Array<number>(samples).fill(1)),
    target,
    targets: Float32Array.from(targets),
  };
  const numbers = Uint32Array.from(training ?? Array.from({ length: samples }, (_, i) => i));
  const required = { input: [1], output, targets: kind, ...(ids !== undefined && { ids }) };
  const params = { label_smoothing: 0 };
  return dataFactsOf(dataset, numbers, required, loss, { params });
}

suite("what is known of the data", () => {
  test("numbers have mean, deviation and extremes, and the variance as the floor of squares", () => {
    const facts = factsOf({ targets: [10, 12, 14, 16], output: [1], inputs: [3, -4, 3, -4] });
    assert.deepEqual(facts, {
      samples: 4,
      target_mean: 13,
      target_std: Math.sqrt(5),
      target_offset: 13 / Math.sqrt(5),
      target_min: 10,
      target_max: 16,
      input_rms: Math.sqrt(12.5),
      input_max: 4,
      input_nonfinite: 0,
      floor: 5,
    });
  });

  test("of several outputs the most extreme one counts, and the floor is their mean", () => {
    const { target_mean, target_std, target_offset, target_min, target_max, floor } = factsOf({
      // three samples of [wide, far, constant]
      targets: [-30, -100, 0.5, 0, -101, 0.5, 30, -102, 0.5],
      output: [3],
    });
    assert.equal(target_mean, -101);
    assert.equal(target_std, Math.sqrt(600));
    assert.equal(target_offset, Infinity);
    assert.deepEqual([target_min, target_max], [-102, 30]);
    assert.ok(Math.abs(floor - (600 + 2 / 3 + 0) / 3) < 1e-12);
  });

  test("classes have shares, and their entropy as the floor", () => {
    const facts = factsOf({ targets: [0, 2, 2, 2], output: [3], loss: losses.CrossEntropyLoss });
    assert.deepEqual(facts.class_shares, [0.25, 0, 0.75]);
    assert.ok(Math.abs(facts.floor - (0.25 * Math.log(4) + 0.75 * Math.log(4 / 3))) < 1e-12);
    assert.equal(facts.target_mean, undefined);
  });

  test("a sequence of classes may have another best constant at each place", () => {
    // copying: nothing but blanks first, then one of two
    const { class_shares, floor } = factsOf({
      targets: [0, 0, 0, 1, 0, 0, 0, 2],
      output: [4, 3],
      loss: losses.CrossEntropyLoss,
    });
    assert.deepEqual(class_shares, [6 / 8, 1 / 8, 1 / 8]);
    assert.ok(Math.abs(floor - Math.log(2) / 4) < 1e-12);
  });

  test("binary targets have the shares of 0 and of 1", () => {
    const facts = factsOf({ targets: [0, 1, 0, 0.5], output: [1], loss: losses.BCEWithLogitsLoss });
    assert.deepEqual(facts.class_shares, [0.625, 0.375]);
  });

  test("thousands of classes have a floor and no list of shares", () => {
    const targets = Array.from({ length: 4000 }, (_, i) => i % 2000);
    const facts = factsOf({ targets, output: [2000], loss: losses.CrossEntropyLoss });
    assert.equal(facts.class_shares, undefined);
    assert.ok(Math.abs(facts.floor - Math.log(2000)) < 1e-9);
  });

  test("samples that are held out do not count", () => {
    const facts = factsOf({ targets: [1, 3, 1000], output: [1], training: [1, 0] });
    assert.deepEqual([facts.samples, facts.target_max, facts.floor], [2, 3, 1]);
  });

  test("ids of tokens have no size", () => {
    const facts = factsOf({ targets: [1, 3], output: [1], ids: 7 });
    assert.deepEqual([facts.input_rms, facts.input_max], [undefined, undefined]);
  });

  test("inputs that are not finite are counted, and the size is that of the others", () => {
    const facts = factsOf({
      targets: [1, 2, 3, 4, 5],
      output: [1],
      inputs: [NaN, 3, Infinity, -Infinity, -3],
    });
    assert.deepEqual([facts.input_nonfinite, facts.input_rms, facts.input_max], [3, 3, 3]);
  });

  test("targets of thousands of outputs are taken a block of outputs at a time", () => {
    const [rows, width] = [300, 5000];
    const targets = Array.from({ length: rows * width }, (_, i) => ((i % width) + 1) * (i < width ? 1 : 0));
    const { floor, target_max, target_std } = factsOf({ targets, output: [width] });
    const share = (1 / rows) * (1 - 1 / rows); // the variance of one 1 among zeros
    const squares = ((width + 1) * (2 * width + 1)) / 6; // the mean of j²
    assert.ok(Math.abs(floor / (share * squares) - 1) < 1e-9);
    assert.equal(target_max, width);
    assert.ok(Math.abs((target_std ?? NaN) / (width * Math.sqrt(share)) - 1) < 1e-9);
  });
});
