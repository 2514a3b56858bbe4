import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { differences } from "../../src/insight/differences.ts";
import { declaredModel } from "../../src/engine/graph/declaredModel.ts";
import type { DeclaredModel } from "../../src/protocol/declaredModel.ts";
import { parse } from "../../src/model/parse.ts";

const { models } = parse(
  readFileSync(new URL("../../examples/vanishing.gradlens.json", import.meta.url), "utf8"),
);

function declared(name: string): DeclaredModel {
  const spec = models.find((model) => model.name === name)?.spec;
  assert.ok(spec, name);
  return declaredModel(spec);
}

suite("the differences of what models declare", () => {
  test("are none between a model and itself", () => {
    assert.deepEqual(differences([declared("sigmoid"), declared("sigmoid")]), []);
  });

  test("are those that the tour tells of: activations, initialisation and learning rate", () => {
    assert.deepEqual(differences([declared("relu-he"), declared("sigmoid")]), [
      { field: "optimizer.lr", values: ["0.001", "0.1"] },
      {
        field: "init of block.0.0 … head (21 layers)",
        values: ["kaiming_normal, a 0, mode fan_in, nonlinearity relu", "xavier_uniform, gain 1"],
      },
      { field: "type of block.0.1 … block.19.1 (20 layers)", values: ["ReLU", "Sigmoid"] },
    ]);
  });

  test("tell of layers that only one has that they are there", () => {
    const found = differences([declared("sigmoid"), declared("batchnorm")]);
    assert.ok(found.some(({ field, values }) => field === "layers" && values.join() === "41,61"));
    assert.deepEqual(
      found.find(({ field }) => field.startsWith("type of block.0.2")),
      { field: "type of block.0.2 … block.19.2 (20 layers)", values: ["", "ReLU"] },
    );
  });

  test("are told of any number of models at once", () => {
    const found = differences(["sigmoid", "relu-he", "tanh-xavier"].map(declared));
    assert.deepEqual(found[0], { field: "optimizer.lr", values: ["0.1", "0.001", "0.01"] });
  });
});
