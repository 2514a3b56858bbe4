import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { buildNetwork } from "../../src/engine/graph/network.ts";
import { EagerNetwork } from "../../src/engine/spectrum/eager.ts";
import { singularValues } from "../../src/engine/spectrum/singularValues.ts";
import { type Moment, NoSpectrum, spectrumOf } from "../../src/engine/spectrum/spectrum.ts";
import { sizeOf } from "../../src/engine/tensor.ts";
import { parse } from "../../src/model/parse.ts";
import { conditionOf, type Spectrum } from "../../src/protocol/spectrum.ts";
import { prepare } from "../../src/worker/prepare.ts";
import { directions } from "../support/random.ts";

function finished<T>(steps: Generator<number, T>): T {
  for (let next = steps.next(); ; next = steps.next()) if (next.done) return next.value;
}

const linear = (out_features: number, more: object = {}) => ({ type: "Linear", out_features, ...more });

/** A model after so many steps; by default some, so that running averages are no zeros and ones. */
async function momentOf(input: readonly number[], layers: readonly object[], steps = 3): Promise<Moment> {
  const model = {
    input,
    layers,
    loss: "MSELoss",
    data: { type: "gaussian", samples: 8 },
    train: { steps: Math.max(1, steps), batch_size: 8 },
  };
  const { models, problems } = parse(JSON.stringify({ version: 1, models: { m: model } }));
  assert.deepEqual(problems, []);
  const spec = models[0]?.spec;
  assert.ok(spec);
  const training = await prepare(spec, { file: "", root: "" });
  if (steps > 0) for (const frame of training.steps()) assert.ok(Number.isFinite(frame.loss));
  const draw = directions(5);
  const sample = Float64Array.from({ length: sizeOf(input) }, draw);
  return { spec, weights: training.weights(), step: steps, input: sample };
}

/** The same by central differences of the whole model. */
function byDifferences({ spec, weights, input }: Moment): Float64Array {
  const network = new EagerNetwork(buildNetwork(spec, 1, false), weights, false);
  const h = 1e-5;
  const columns = Array.from(input, (_, i) => {
    const at = (sign: number): Float64Array => {
      network.forward(Array.from(input, (x, k) => (k === i ? x + sign * h : x)));
      return network.output().slice();
    };
    const [plus, minus] = [at(1), at(-1)];
    return plus.map((y, k) => (y - minus[k]) / (2 * h));
  });
  const rows = Array.from({ length: sizeOf(spec.output) }, (_, r) =>
    Float64Array.from(columns, (column) => column[r]),
  );
  return finished(singularValues(rows.length < columns.length ? rows : columns));
}

function assertClose(found: Float64Array, wanted: Float64Array, tolerance: number): void {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) =>
    assert.ok(Math.abs(value - wanted[i]) <= tolerance * wanted[0], `${i}: ${value}, ${wanted[i]}`),
  );
}

suite("singular values", () => {
  test("of a diagonal, rotated, are those of the diagonal, the small ones too", () => {
    const wanted = [100, 1, 1e-3, 1e-8];
    const columns = wanted.map((value, i) =>
      Float64Array.from({ length: 4 }, (_, k) => (k === i ? value : 0)),
    );
    const rotate = (i: number, j: number, angle: number): void => {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let k = 0; k < 4; k++) {
        const [x, y] = [columns[i][k], columns[j][k]];
        columns[i][k] = c * x - s * y;
        columns[j][k] = s * x + c * y;
      }
    };
    for (let i = 0; i < 3; i++) rotate(i, i + 1, 0.3 + i);
    const found = finished(singularValues(columns));
    wanted.forEach((value, i) => assert.ok(Math.abs(found[i] / value - 1) < 1e-6, `${found[i]}`));
  });

  test("of a matrix of rank one are its norm, and 0", () => {
    const found = finished(singularValues([Float64Array.of(3, 4), Float64Array.of(6, 8)]));
    assert.ok(Math.abs(found[0] - Math.sqrt(125)) < 1e-12 && Math.abs(found[1]) < 1e-12);
  });
});

suite("the Jacobian spectrum", () => {
  const models: readonly (readonly [string, readonly number[], readonly object[]])[] = [
    ["an MLP", [5], [linear(7), { type: "Tanh" }, linear(4)]],
    [
      "a residual block with BatchNorm",
      [6],
      [
        { type: "Residual", layers: [linear(6), { type: "BatchNorm1d" }, { type: "GELU" }, linear(6)] },
        { type: "BatchNorm1d", affine: false },
      ],
    ],
    [
      "convolutions",
      [2, 6, 6],
      [
        { type: "Conv2d", out_channels: 3, kernel_size: 3, padding: 1 },
        { type: "BatchNorm2d" },
        { type: "SiLU" },
        { type: "AvgPool2d", kernel_size: 2 },
        { type: "Flatten" },
        linear(5),
      ],
    ],
    ["an LSTM", [6, 3], [{ type: "LSTM", hidden_size: 5 }, linear(2)]],
    [
      "attention",
      [4, 8],
      [
        { type: "Residual", layers: [{ type: "LayerNorm" }, { type: "MultiheadAttention", num_heads: 2 }] },
        { type: "Dropout", p: 0.5 },
        linear(3),
      ],
    ],
  ];
  for (const [what, input, layers] of models) {
    test(`of ${what} agrees with central differences`, async () => {
      const moment = await momentOf(input, layers);
      const { values, inputs, outputs, step } = finished(spectrumOf(moment, ""));
      assert.deepEqual([inputs, outputs, step], [sizeOf(input), sizeOf(moment.spec.output), 3]);
      assertClose(values, byDifferences(moment), 1e-7);
    });
  }

  test("of orthogonal weights is 1 throughout, and its condition number 1", async () => {
    const deep = Array.from({ length: 10 }, () => linear(16, { init: "orthogonal", bias: false }));
    const moment = await momentOf([16], deep, 0);
    const spectrum = finished(spectrumOf(moment, ""));
    assert.ok(spectrum.values.every((value) => Math.abs(value - 1) < 1e-5));
    assert.ok(Math.abs(conditionOf(spectrum) - 1) < 1e-5);
  });

  test("of a part is that of the part where the sample has come to", async () => {
    const layers = [linear(5), { type: "Tanh" }, { type: "Residual", name: "block", layers: [linear(5)] }];
    const moment = await momentOf([4], layers);
    const tanh = finished(spectrumOf(moment, "1"));
    const network = new EagerNetwork(buildNetwork(moment.spec, 1, false), moment.weights, false);
    network.forward(moment.input);
    const y = network.get(network.network.modules[1].exit);
    const slopes = Float64Array.from(y, (one) => 1 - one * one)
      .sort()
      .reverse();
    assertClose(tanh.values, slopes, 1e-12);
    assert.equal(finished(spectrumOf(moment, "block")).values.length, 5);
  });

  test("of a wide part is the largest value, within the error that is said", async () => {
    const moment = await momentOf([520], [linear(40), { type: "Tanh" }, linear(3)]);
    const { values, error } = finished(spectrumOf(moment, ""));
    assert.equal(values.length, 1);
    assert.ok(error !== undefined && error < 1e-3);
    const [largest] = byDifferences(moment);
    assert.ok(Math.abs(values[0] / largest - 1) <= error + 1e-6, `${values[0]}, ${largest}`);
    assert.ok(Number.isNaN(conditionOf({ values, error } as Spectrum)));
  });

  test("is refused, in words, where there is none", async () => {
    const ids = await momentOf(
      [3],
      [{ type: "Embedding", num_embeddings: 2, embedding_dim: 4 }, { type: "Flatten" }, linear(1)],
    );
    assert.throws(() => finished(spectrumOf(ids, "")), { name: "NoSpectrum", message: /takes ids/ });
    assert.equal(finished(spectrumOf(ids, "2")).values.length, 1);
    assert.throws(() => finished(spectrumOf(ids, "head")), NoSpectrum);
    const batch = await momentOf([3], [{ type: "BatchNorm1d", track_running_stats: false }]);
    assert.throws(() => finished(spectrumOf(batch, "")), /depends on the whole batch/);
  });
});
