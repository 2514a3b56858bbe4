import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import { depthScale, theoreticalGains } from "../../src/insight/theory.ts";
import type { DeclaredChoice, DeclaredRow } from "../../src/protocol/declaredModel.ts";
import { copyFrame, statOf } from "../../src/protocol/frame.ts";
import { load } from "../../src/worker/load.ts";

const W = 256;
const row = (type: string, init?: DeclaredChoice, more: Partial<DeclaredRow> = {}): DeclaredRow => ({
  path: type,
  type,
  params: {},
  ...(init && { init }),
  input: [W],
  output: [W],
  within: [],
  ...more,
});
const he = { type: "kaiming_normal", params: { nonlinearity: "relu", mode: "fan_in", a: 0 } };
const xavier = { type: "xavier_uniform", params: { gain: 1 } };

/** The product of theory's gains over a block of a Linear and an activation. */
const block = (activation: string, init?: DeclaredChoice): number =>
  theoreticalGains({ rows: [row("Linear", init), row(activation)] }).reduce(
    (p, one) => p * (one?.gain ?? NaN),
    1,
  );

suite("what theory says of gains", () => {
  const near = (is: number, expected: number, tolerance = 1e-9): void =>
    assert.ok(Math.abs(is - expected) < tolerance, `${is}, not ${expected}`);

  test("ReLU after He's initialisation: 1 a block", () => near(block("ReLU", he), 1));
  test("ReLU after Xavier's, as many in as out: 2^-½", () => near(block("ReLU", xavier), 2 ** -0.5));
  test("ReLU after PyTorch's default: 6^-½", () => near(block("ReLU"), 6 ** -0.5));

  test("a sigmoid: at most a quarter", () => {
    assert.deepEqual(theoreticalGains({ rows: [row("Sigmoid")] }), [{ gain: 0.25, atMost: true }]);
  });

  test("tanh at small arguments: its slope is 1, and the depth scale is that of the weights", () => {
    // With σ_w = ½ and no bias q comes to rest at 0, where the slope is 1: χ = ¼, ξ of the norm = 2 / ln 4.
    const rows = [
      row(
        "Linear",
        { type: "normal", params: { mean: 0, std: 0.5 / Math.sqrt(W) } },
        { params: { bias: false } },
      ),
      row("Tanh"),
    ];
    near(theoreticalGains({ rows })[1]?.gain ?? NaN, 1, 1e-6);
    near(depthScale({ rows }), 2 / Math.log(4), 1e-6);
  });

  test("tanh at σ_w² = 2: χ as Poole et al. have it, from an independent quadrature", () => {
    // By drawing z instead of integrating over it.
    const rows = [
      row(
        "Linear",
        { type: "normal", params: { mean: 0, std: Math.sqrt(2 / W) } },
        { params: { bias: false } },
      ),
      row("Tanh"),
    ];
    const gain = theoreticalGains({ rows })[1]?.gain ?? NaN;
    near(2 * gain ** 2, monteCarlo(2), 0.01);
  });

  test("nothing where it has nothing to say", () => {
    assert.deepEqual(
      theoreticalGains({ rows: [row("LSTM"), row("Linear", { type: "orthogonal", params: {} })] }),
      [undefined, undefined],
    );
    assert.ok(Number.isNaN(depthScale({ rows: [row("Linear"), row("ReLU")] })));
  });
});

suite("theory beside a real run", () => {
  const file = join(import.meta.dirname, "../../examples/vanishing.gradlens.json");
  for (const model of ["sigmoid", "relu-he", "tanh-xavier"]) {
    test(`${model}: the blocks' gains at the first step are what theory says, or below what it allows`, async () => {
      const root = dirname(file);
      const training = await load(readFileSync(file, "utf8"), model, { file, root }, { steps: 1 });
      const { info } = training;
      const [frame] = Array.from(training.steps(), copyFrame);
      assert.ok(frame && info.declared);
      const says = theoreticalGains(info.declared);
      // The middle of the net: the first block reads two inputs, the last one's gradient comes from one unit.
      for (let block = 8; block < 14; block++) {
        const rows = [2 * block, 2 * block + 1];
        const product = (of: (row: number) => number): number => rows.reduce((p, one) => p * of(one), 1);
        const [measured, theory] = [
          product((one) => statOf(frame, one, "gain")),
          product((one) => says[one]?.gain ?? NaN),
        ];
        if (says[rows[1]]?.atMost)
          assert.ok(measured <= theory * 1.1 && measured > theory / 2, `${measured}, ${theory}`);
        else
          assert.ok(
            Math.abs(measured / theory - 1) < 0.25,
            `block ${block}: ${measured}, in theory ${theory}`,
          );
      }
    });
  }
});

/** χ = σ²·E[sech⁴(√q z)] at the q that rests, by drawing z. */
function monteCarlo(variance: number): number {
  const draws = Array.from({ length: 200_000 }, (_, i) => {
    const [u, v] = [(i * 0.6180339887) % 1 || 0.5, (i * 0.7548776662) % 1 || 0.5];
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  });
  const mean = (f: (z: number) => number): number => draws.reduce((sum, z) => sum + f(z), 0) / draws.length;
  let q = 1;
  for (let i = 0; i < 60; i++) q = variance * mean((z) => Math.tanh(Math.sqrt(q) * z) ** 2);
  return variance * mean((z) => (1 - Math.tanh(Math.sqrt(q) * z) ** 2) ** 2);
}
