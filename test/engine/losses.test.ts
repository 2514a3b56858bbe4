import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { doubleBackend } from "../../src/engine/runtime/backend.ts";
import { losses } from "../../src/engine/losses/index.ts";
import { type LossType, targetShape } from "../../src/engine/losses/loss.ts";
import { sizeOf } from "../../src/engine/tensor.ts";
import { directions } from "../support/random.ts";

const STEP = 1e-6; // balances O(h²) and O(ε/h) in double precision
const BATCH = 3;

/** Outputs of one sample, and parameters beside the defaults, that each kind of loss is checked with. */
const OUTPUTS = { class: [[4], [2, 5]], binary: [[1], [3]], number: [[1], [2, 3]] } as const;
const PARAMETERS: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { delta: 0.4, beta: 0.3, label_smoothing: 0.2 },
];

function checkGradient(
  loss: LossType,
  output: readonly number[],
  given: Readonly<Record<string, unknown>>,
): void {
  const shape = [BATCH, ...output];
  const n = sizeOf(shape);
  const memory = doubleBackend.memory(3 * n, 2);
  const k = doubleBackend.kernels(memory, () => 0);
  const defaults = Object.entries(loss.params).map(([name, { fallback }]): [string, unknown] => [
    name,
    given[name] ?? fallback,
  ]);
  const random = directions(11);
  const probabilities = loss === losses.BCELoss;
  const x = Array.from({ length: n }, () => (probabilities ? 0.5 + 0.25 * random() : random()));
  const targets = Array.from({ length: BATCH * sizeOf(targetShape(loss.targets, output)) }, (_, i) => {
    if (loss.targets === "class") return i % (output.at(-1) ?? 1);
    return loss.targets === "binary" ? i % 2 : random();
  });
  const u = x.map(() => random() / (probabilities ? 4 : 1));

  const valueAt = (h: number): number => {
    memory.floats.set(x.map((value, i) => value + h * u[i]));
    memory.floats.set(targets, n);
    loss.record(
      k,
      { x: { at: 0, shape, size: n }, batch: BATCH, target: n, dx: 2 * n, out: 0 },
      Object.fromEntries(defaults),
    );
    return memory.doubles[0];
  };
  const numeric = (valueAt(STEP) - valueAt(-STEP)) / (2 * STEP);
  valueAt(0);
  const analytic = u.reduce((sum, direction, i) => sum + direction * memory.floats[2 * n + i], 0);
  assert.ok(Math.abs(numeric) > 1e-6, "the direction says nothing");
  assert.ok(
    Math.abs(numeric - analytic) <= 1e-7,
    `central differences give ${numeric}, the loss ${analytic}`,
  );
}

suite("every loss", () => {
  for (const [name, loss] of Object.entries<LossType>(losses)) {
    for (const output of OUTPUTS[loss.targets]) {
      for (const [i, given] of PARAMETERS.entries()) {
        test(`${name} of ${JSON.stringify(output)}, ${i ? "other" : "default"} parameters: its gradient agrees with central differences`, () =>
          checkGradient(loss, output, given));
      }
    }
  }
});
