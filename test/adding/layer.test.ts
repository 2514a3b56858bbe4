import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, suite, test } from "node:test";
import { SourceCopy } from "../support/sourceCopy.ts";

/** A dense layer behind a shortcut of its own, made of ops that are there. */
const VALUE = `
import { add, linear } from "../ops/linear.ts";
import { torchCall } from "../torch.ts";
import { constantDefault } from "../init/index.ts";
import { layer } from "./layer.ts";

export const Shift = layer({
  doc: "Adds a learned linear map of the input to the input.",
  group: "weights",
  params: {},
  shape: (_, input) => input,
  weights: (_, input) => [
    { name: "weight", shape: [input[0], input[0]], role: "weight", fill: constantDefault(0.1) },
    { name: "bias", shape: [input[0]], role: "bias", fill: constantDefault(0) },
  ],
  forward: (graph, _, { weight, bias }, x) =>
    graph.apply(add, [graph.apply(linear, [x, weight, bias], null), x], null),
  torch: () => torchCall("nn.Shift"),
});
`;

const MODEL = {
  input: [2],
  layers: [
    { type: "Shift", name: "shift" },
    { type: "Linear", out_features: 1 },
  ],
  loss: "BCEWithLogitsLoss",
  data: { type: "spiral", samples: 100 },
  train: { steps: 20, batch_size: 10 },
};

suite("a new layer type on ops that are there", () => {
  const copy = new SourceCopy();
  after(() => copy.dispose());

  const [value, index] = ["src/engine/layers/shift.ts", "src/engine/layers/index.ts"];
  copy.add(value, VALUE);
  copy.insert(index, `import { TransformerEncoderLayer }`, `import { Shift } from "./shift.ts";\n`);
  copy.insert(index, "  Conv1d,\n", "  Shift,\n");
  writeFileSync(copy.at("m.gradlens.json"), JSON.stringify({ version: 1, models: { m: MODEL } }));

  test("touches its file and the table", () => {
    assert.deepEqual(copy.touched, [value, index]);
  });

  test("is read, trained with its weights, listed and exported", () => {
    const out = copy.run("src/cli.ts", "run", "m.gradlens.json", "--engine", "scalar", "--format", "jsonl");
    const [run, first, ...others] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { layers: Record<string, unknown>[] });
    assert.deepEqual(run.layers[0], {
      path: "shift",
      type: "Shift",
      parameters: [
        { name: "weight", shape: [2, 2] },
        { name: "bias", shape: [2] },
      ],
      output_shape: [2],
    });
    // Of an untouched weight of 0.1 each, the norm is √(4 · 0.01).
    assert.ok(Math.abs((first.layers[0]["weight_norm"] as number) - 0.2) < 1e-6);
    assert.notEqual(others.at(-2)?.layers[0]["weight_norm"], first.layers[0]["weight_norm"]);
    assert.match(copy.run("src/cli.ts", "layers"), /^ *Shift$/m);
    assert.match(copy.run("src/cli.ts", "export", "m.gradlens.json", "--model", "m"), /nn\.Shift\(\)/);
  });

  test("is in the schema, by which the editor completes and explains it", async () => {
    const { schemaText } = await copy.import<{ schemaText(): Promise<string> }>("tools/schema.mjs");
    assert.match(await schemaText(), /"const": "Shift"/);
  });
});
