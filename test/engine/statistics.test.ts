import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { doubleBackend } from "../../src/engine/runtime/backend.ts";
import { layers } from "../../src/engine/layers/index.ts";
import { CompiledModel } from "../../src/engine/runtime/compiledModel.ts";
import { optimizers } from "../../src/engine/optimizers/index.ts";
import type { Training } from "../../src/engine/training/training.ts";
import { COLUMN, copyFrame, STATS } from "../../src/protocol/frame.ts";
import { parse } from "../../src/model/parse.ts";
import { prepare } from "../../src/worker/prepare.ts";
import { RandomModels } from "../support/randomModel.ts";
import { wasmBackends } from "../support/wasm.ts";

const model = (fields: object) =>
  JSON.stringify({
    version: 1,
    models: {
      m: {
        input: [4, 2],
        layers: [
          { type: "RNN", hidden_size: 5, output: "sequence" },
          { type: "ReLU" },
          { type: "Flatten" },
          { type: "Linear", out_features: 3 },
        ],
        loss: "CrossEntropyLoss",
        optimizer: { type: "Adam", lr: 0.01 },
        data: { type: "gaussian", samples: 50, validation: 0.2 },
        train: { steps: 12, batch_size: 16 },
        ...fields,
      },
    },
  });

async function framesOf(text: string, statistics: boolean) {
  const spec = parse(text).models[0]?.spec;
  assert.ok(spec);
  const training = await prepare(spec, { file: "", root: "" }, { histEvery: 1, statistics });
  return Array.from(training.steps(), copyFrame);
}

suite("a run without statistics", () => {
  for (const [name, fields] of Object.entries({
    "without clipping": {},
    "clipped by norm": { clip_grad_norm: 0.5 },
    "clipped by another norm": { clip_grad_norm: { max_norm: 0.5, norm_type: 3 } },
    "clipped by value": { clip_grad_value: 0.01 },
  })) {
    test(`${name} makes the same steps, and says only what they need`, async () => {
      const [seen, unseen] = [await framesOf(model(fields), true), await framesOf(model(fields), false)];
      assert.equal(unseen.length, 12);
      for (const [i, { values, hist, time, ...totals }] of unseen.entries()) {
        const { grad_norm, values: _, hist: __, time: ___, ...others } = seen[i];
        const known = "clip_grad_norm" in fields ? grad_norm : NaN;
        assert.deepEqual(totals, { ...others, grad_norm: known });
        assert.ok(values.every(Number.isNaN) && time?.every(Number.isNaN));
        assert.equal(hist, undefined);
        assert.equal(values.length, seen[i].values.length);
      }
    });
  }
});

suite("the norm of a layer's weights", () => {
  for (const type of Object.keys(optimizers)) {
    test(`is that of the weights with which ${type} begins a step, after a smaller batch too`, async () => {
      const spec = parse(model({ optimizer: { type, lr: 0.01 } })).models[0]?.spec;
      assert.ok(spec);
      for (const backend of [doubleBackend, ...wasmBackends()]) {
        const training = await prepare(spec, { file: "", root: "" }, { backend });
        let norms = normsOf(training);
        for (const { values } of training.steps()) {
          training.info.layers.forEach(({ path }, row) => {
            const expected = norms.get(path) ?? NaN;
            const found = values[row * STATS.length + COLUMN.weight_norm];
            assert.ok(Object.is(found, expected) || Math.abs(found / expected - 1) < 1e-6, path);
          });
          norms = normsOf(training);
        }
      }
    });
  }
});

/** ‖θ‖ as it is now, by the layers' paths. */
function normsOf(training: Training): ReadonlyMap<string, number> {
  const squares = new Map<string, number>();
  for (const [key, values] of training.weights()) {
    const path = key.slice(0, key.lastIndexOf("."));
    squares.set(path, (squares.get(path) ?? 0) + values.reduce((sum, x) => sum + x * x, 0));
  }
  return new Map([...squares].map(([path, sum]) => [path, Math.sqrt(sum)]));
}

/** Texts of models that have every layer between them. */
function randomTexts(): readonly string[] {
  const models = new RandomModels(5);
  return Array.from({ length: 150 }, () => models.next());
}

suite("what a row says of its parameters' gradients", () => {
  test("is said of all of them, once they are complete, in models of every layer", () => {
    for (const text of randomTexts()) {
      const spec = parse(text).models[0]?.spec;
      assert.ok(spec);
      const batch = spec.train.batch_size;
      const model = new CompiledModel(spec, {
        backend: doubleBackend,
        table: layers,
        training: [batch],
        evaluation: [],
      });
      const { lists, step } = model.training(batch);
      const { floats, doubles } = model.memory;
      floats.fill(1, lists.input.at, lists.input.at + lists.input.size);
      step();
      const squares = lists.layers.flatMap(({ parameters }) =>
        parameters?.gradient === undefined ? [] : [doubles[parameters.gradient + 1]],
      );
      const expected = model.layout.segments.map(({ grad, size }) =>
        Array.from(floats.subarray(grad, grad + size)).reduce((sum, g) => sum + g * g, 0),
      );
      assert.equal(squares.length, expected.length);
      squares.forEach((sum, i) => {
        const close = Math.abs(sum - expected[i]) <= 1e-9 * expected[i];
        assert.ok(close, `${model.layout.segments[i].layer.path}: ${sum}, not ${expected[i]}\n${text}`);
      });
    }
  });
});
