import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { doubleBackend } from "../../src/engine/runtime/backend.ts";
import { losses } from "../../src/engine/losses/index.ts";
import type { LossType } from "../../src/engine/losses/loss.ts";
import { directions } from "../support/random.ts";
import recorded from "../reference/floors.json" with { type: "json" };

const SAMPLES = 31;
const CLASSES = 4;

/** Parameters beside the defaults: errors on both sides of a bend, and a bend at 0. */
const PARAMETERS: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { delta: 0.3, beta: 0.2, label_smoothing: 0.2 },
  { delta: 20, beta: 0, label_smoothing: 1 },
];

const paramsOf = (loss: LossType, given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(loss.params).map(([name, { fallback }]): [string, unknown] => [
      name,
      given[name] ?? fallback,
    ]),
  );

/** Targets of one output, far from symmetric. */
function targetsOf({ targets }: LossType): Float32Array {
  const random = directions(3);
  return Float32Array.from({ length: SAMPLES }, (_, i) => {
    if (targets === "class") return [0, 0, 0, 2, 2, 1][i % 6];
    return targets === "binary" ? Number(i % 5 === 0) : 7 + Math.exp(2 * random());
  });
}

/** What the loss's kernel makes of the same scores for every sample. */
function lossOf(name: string, loss: LossType, params: Readonly<Record<string, unknown>>) {
  const width = loss.targets === "class" ? CLASSES : 1;
  const size = SAMPLES * width;
  const memory = doubleBackend.memory(2 * size + SAMPLES, 2);
  const k = doubleBackend.kernels(memory, () => 0);
  memory.floats.set(targetsOf(loss), 2 * size);
  const x = { at: 0, shape: [SAMPLES, width], size };
  return (scores: readonly number[]): number => {
    const row = inRange(name, scores);
    memory.floats.set(Array.from({ length: SAMPLES }, () => row).flat());
    loss.record(k, { x, batch: SAMPLES, target: 2 * size, dx: size, out: 0 }, params);
    return memory.doubles[0];
  };
}

/** What a loss takes: probabilities, logarithms of them, or any number. */
function inRange(name: string, scores: readonly number[]): readonly number[] {
  if (name === "BCELoss") return scores.map((score) => 1 / (1 + Math.exp(-score)));
  if (name !== "NLLLoss") return scores;
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
  return scores.map((score) => score - total);
}

/** The least value of a convex function, one coordinate after the other, by the golden section. */
function least(
  f: (x: readonly number[]) => number,
  dimensions: number,
  [from, to]: readonly [number, number],
): number {
  const x = Array<number>(dimensions).fill(0);
  const ratio = (Math.sqrt(5) - 1) / 2;
  for (let round = 0; round < (dimensions === 1 ? 1 : 40); round++) {
    for (let i = 0; i < dimensions; i++) {
      let [low, high] = [from, to];
      const at = (value: number) => f(x.map((own, j) => (j === i ? value : own)));
      while (high - low > 1e-9) {
        const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
        if (at(a) < at(b)) high = b;
        else low = a;
      }
      x[i] = (low + high) / 2;
    }
  }
  return f(x);
}

suite("the floor of every loss", () => {
  for (const [name, loss] of Object.entries<LossType>(losses)) {
    for (const given of PARAMETERS) {
      const params = paramsOf(loss, given);
      if (given !== PARAMETERS[0] && Object.keys(params).length === 0) continue;
      test(`${name} ${JSON.stringify(params)}: no constant costs less, and the best costs as much`, () => {
        const scores = loss.targets === "class" ? CLASSES : 1;
        const found = least(
          lossOf(name, loss, params),
          scores,
          loss.targets === "number" ? [0, 200] : [-20, 20],
        );
        const floor = loss.floor(targetsOf(loss), params, CLASSES);
        assert.ok(Math.abs(found - floor) <= 1e-7 * Math.max(1, floor), `floor ${floor}, found ${found}`);
        assert.ok(floor > 0.05);
      });
    }
  }

  for (const { type, params, targets, floor } of recorded) {
    test(`${type} ${JSON.stringify(params)}: the least that PyTorch's loss of a constant can be`, () => {
      const loss: LossType = losses[type as keyof typeof losses];
      const found = loss.floor(Float32Array.from(targets), params, 5);
      assert.ok(Math.abs(found - floor) <= 1e-7 * floor, `PyTorch ${floor}, found ${found}`);
    });
  }

  test("PyTorch has been asked for every loss", () => {
    assert.deepEqual(new Set(recorded.map(({ type }) => type)), new Set(Object.keys(losses)));
  });

  test("of targets that are all the same is 0", () => {
    for (const loss of Object.values<LossType>(losses)) {
      const floor = loss.floor(new Float32Array(9).fill(1), paramsOf(loss, {}), CLASSES);
      assert.equal(floor, 0);
    }
  });

  test("of half zeros and half ones is ln 2 for a binary loss, ¼ for squares, ½ for magnitudes", () => {
    const floorOf = (loss: LossType) =>
      loss.floor(
        Float32Array.from({ length: 10 }, (_, i) => i % 2),
        paramsOf(loss, {}),
        2,
      );
    assert.equal(floorOf(losses.BCEWithLogitsLoss), Math.log(2));
    assert.equal(floorOf(losses.MSELoss), 0.25);
    assert.equal(floorOf(losses.L1Loss), 0.5);
  });

  test("finds the middle of any order", () => {
    const random = directions(8);
    for (let n = 1; n < 40; n++) {
      const targets = Float32Array.from({ length: n }, () => Math.round(3 * random()));
      const middle = targets.toSorted()[n >> 1];
      const expected = targets.reduce((sum, t) => sum + Math.abs(t - middle), 0) / n;
      assert.ok(Math.abs(losses.L1Loss.floor(targets, {}, 1) - expected) < 1e-12);
    }
  });
});
