import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { LIMITS } from "../../src/model/limits.ts";
import { parse } from "../../src/model/parse.ts";
import { assertProblems, linear, withFields, withLayers } from "../support/models.ts";

const npy = '{ "type": "npy", "inputs": "x.npy", "targets": "t.npy" }';

suite("limits", () => {
  test("repeat", () => {
    assertProblems(withLayers(`{ "type": "Linear", "out_features": 4, "repeat": «10001» }`), [
      "repeat: expected an integer from 1 to 10000, found 10001",
    ]);
  });

  test("layers, multiplied before any is made", () => {
    const inner = '{ "repeat": 10000, "layers": [{ "repeat": 10000, "layers": [] }] }';
    assertProblems(withLayers(`{ "repeat": 10000, «"layers"»: [${inner}] }`), [
      "the model has 1,000,000,000,000 layers, but at most 20,000 are allowed",
    ]);
    assertProblems(
      withLayers(`${linear}, { "type": «"Residual"», "repeat": 10000, "layers": [${linear}] }`),
      ["the model has 20,001 layers, but at most 20,000 are allowed"],
    );
  });

  test("entries of a list", () => {
    const layers = "0,".repeat(LIMITS.layers) + "0";
    const [problem, ...more] = parse(withLayers(layers)).problems;
    assert.equal(problem.message, "layers: this list has 20,001 layers, but at most 20,000 are allowed");
    assert.deepEqual(more, []);
  });

  test("layers of all models together", () => {
    const big = `"a": { "input": [4], "layers": [{ "type": "Linear", "out_features": 4, "repeat": 10000 }], "loss": "MSELoss", "data": "gaussian" }`;
    const small = Array.from({ length: 11 }, (_, i) => `"m${i}": { "extends": "a" }`);
    const { problems } = parse(`{ "models": { ${[big, ...small].join(", ")} } }`);
    assert.deepEqual(
      problems.map(({ message, path }) => `${path.at(-1)} ${message}`),
      ["m9", "m10"].map((name) => `${name} the models up to this one have more than 100,000 layers together`),
    );
  });

  test("parameters, with the layer that has most of them", () => {
    const wide = '{ "type": «"Linear"», "out_features": 100000 }';
    assertProblems(withLayers(`{ "type": "Linear", "out_features": 2000 }, ${wide}`), [
      // 2000·(4 + 1) + 100,000·(2000 + 1)
      "the model's trainable values are 200,110,000 (200,100,000 of them in layer 1), but at most 134,217,728 are allowed",
    ]);
  });

  test("activations of a batch", () => {
    assertProblems(
      withLayers('{ "type": «"Linear"», "out_features": 4 }', {
        input: "[1000000, 2]",
        data: npy,
        train: '{ "batch_size": 100 }',
      }),
      [
        "for one sample the layers give 4,000,000 numbers, but with batches of 100 at most 2,684,354 are allowed",
      ],
    );
  });

  test("steps and samples of a batch", () => {
    assertProblems(withFields({ train: '{ "steps": «1e9», "batch_size": «1e7» }' }), [
      "steps: expected an integer from 1 to 100000000, found 1000000000",
      "batch_size: expected an integer from 1 to 1048576, found 10000000",
    ]);
  });

  test("fields of an object", () => {
    const fields = Array.from({ length: 1001 }, (_, i) => `"f${i}": 0`).join(", ");
    const { problems } = parse(withFields({ train: `{ ${fields} }` }));
    assert.ok(
      problems.some(({ message }) => message === "this object has more than 1,000 fields, found 1,001"),
    );
  });

  test("problems of a file", () => {
    assert.equal(parse(withLayers("3,".repeat(5000))).problems.length, LIMITS.problems);
  });
});
