import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { layerInfo } from "../../../src/engine/graph/layerInfo.ts";
import { layers as table } from "../../../src/engine/layers/index.ts";
import { modulesOf } from "../../../src/engine/spec.ts";
import { parse } from "../../../src/model/parse.ts";
import type { RunInfo } from "../../../src/protocol/run.ts";
import { importedModel } from "../../../src/text/importing/importedModel.ts";
import { StreamReader } from "../../../src/text/stream/reader.ts";

const watched = join(import.meta.dirname, "../../reference/watched");

function infoOf(name: string): RunInfo {
  const reader = new StreamReader();
  reader.take(readFileSync(join(watched, `${name}.jsonl`)));
  assert.ok(reader.info);
  return reader.info;
}

/** The rows of a model file's model, as a run has them. */
function rowsOf(text: string) {
  const { models, problems } = parse(text);
  assert.deepEqual(
    problems.filter(({ severity }) => severity === "error").map(({ message }) => message),
    [],
  );
  const spec = models[0]?.spec;
  assert.ok(spec);
  return [...modulesOf(spec.layers)].map((module, i) => layerInfo(table, module, i === 0));
}

const shapes = (layers: RunInfo["layers"]) =>
  layers.map(({ type, parameters, output_shape }) => ({ type, parameters, output_shape }));

suite("a model file of a watched run's layers", () => {
  test("has their names, sizes and outputs", () => {
    const info = infoOf("mlp");
    const { text, left } = importedModel(info);
    assert.deepEqual(left, []);
    assert.deepEqual(shapes(rowsOf(text)), shapes(info.layers));
  });

  test("reads from shapes what goes into a recurrent layer, and that its last output goes on", () => {
    const { text } = importedModel(infoOf("lstm"));
    const [lstm, head] = rowsOf(text);
    assert.deepEqual(lstm?.parameters, infoOf("lstm").layers[0]?.parameters);
    assert.deepEqual(head?.output_shape, [1]);
    assert.match(text, /"input": \[30,2\]/);
  });

  const EXPORTED = {
    conv: {
      input: [2, 8, 8],
      layers: [
        { type: "Conv2d", out_channels: 4, kernel_size: 3, padding: 1 },
        { type: "BatchNorm2d" },
        { type: "ReLU" },
        { type: "MaxPool2d", kernel_size: 2 },
        { type: "Conv2d", out_channels: 6, kernel_size: 3, stride: 2, padding: 1, bias: false },
        { type: "Flatten" },
        { type: "Linear", out_features: 3 },
      ],
    },
    residual: {
      input: [5],
      layers: [
        {
          type: "Residual",
          name: "block",
          layers: [
            { type: "LayerNorm" },
            { type: "Linear", out_features: 5 },
            { type: "Residual", layers: [{ type: "Linear", out_features: 5 }] },
          ],
        },
        { type: "GELU" },
      ],
    },
    sequence: {
      input: [6, 3],
      layers: [
        { type: "GRU", hidden_size: 4, num_layers: 2, bidirectional: true, output: "sequence" },
        { type: "LayerNorm" },
      ],
    },
  };
  for (const [name, model] of Object.entries(EXPORTED)) {
    test(`comes back to the same layers: ${name}`, () => {
      const whole = { ...model, loss: "MSELoss", data: { type: "gaussian" } };
      const layers = rowsOf(JSON.stringify({ version: 1, models: { [name]: whole } }));
      const info = { model: name, parameters: 0, layers, hist_every: 1, engine: "" };
      const { text, left } = importedModel(info);
      assert.deepEqual(left, []);
      assert.deepEqual(shapes(rowsOf(text)), shapes(layers));
    });
  }

  test("has what the run says that layers, loss and optimizer were made with", () => {
    const info = infoOf("strided");
    const { text, left, guessed } = importedModel(info);
    assert.deepEqual([left, guessed], [[], []]);
    const rows = rowsOf(text);
    assert.deepEqual(shapes(rows), shapes(info.layers));
    for (const declared of [
      '{"type":"Conv2d","out_channels":8,"kernel_size":4,"stride":2,"padding":2,"bias":false}',
      '{"type":"BatchNorm2d","eps":0.001,"momentum":0.2}',
      '{"type":"LeakyReLU","negative_slope":0.2}',
      '{"type":"MaxPool2d","kernel_size":3,"stride":1,"padding":1}',
      '{"type":"Conv2d","out_channels":8,"kernel_size":3,"padding":"same","dilation":2,"groups":8}',
      '{"type":"ELU","alpha":0.5}',
      '{"type":"AdaptiveAvgPool2d","output_size":[2,3]}',
      '{"type":"Dropout","p":0.25}',
      '"loss": "CrossEntropyLoss"',
      '"optimizer": {"type":"AdamW","lr":0.002,"betas":[0.8,0.99],"eps":1e-8,"weight_decay":0.01,"amsgrad":false}',
      '"clip_grad_norm": 0.5',
    ]) {
      assert.ok(text.includes(declared), declared);
    }
  });

  test("says of which layers it had to guess, where the run is of an older kind", () => {
    const { text, guessed } = importedModel(infoOf("cnn"));
    assert.ok(guessed.includes("layer1.0.conv1"));
    assert.ok(!guessed.includes("fc"));
    assert.match(text, /"type":"Conv2d".*\/\/ a guess$/m);
    assert.doesNotMatch(text, /"type":"Linear".*a guess/);
  });

  test("leaves out what has no counterpart, and says so, whatever strangers call it", () => {
    const layer = { parameters: [], output_shape: [2], stats: [] };
    const layers = [
      { ...layer, path: "a", type: "Linear", parameters: [{ name: "weight", shape: [2, 2] }] },
      { ...layer, path: "b\n}", type: "Custom */ \u2028" },
    ];
    const { text, left } = importedModel({ model: 'x"', parameters: 0, layers, hist_every: 1, engine: "" });
    assert.equal(left.length, 1);
    assert.deepEqual(
      rowsOf(text).map(({ type }) => type),
      ["Linear"],
    );
  });
});
