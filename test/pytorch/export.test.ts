import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parse } from "../../src/model/parse.ts";
import { exportModel } from "../../src/pytorch/export.ts";

function programOf(name: string, fields: object = {}): string {
  const model = {
    input: [2],
    layers: [
      { repeat: 2, name: "block", layers: [{ type: "Linear", out_features: 4 }, { type: "ReLU" }] },
      { type: "Residual", name: "res", layers: [{ type: "Linear", out_features: 4 }] },
      { type: "Linear", name: "head", out_features: 1 },
    ],
    loss: "BCEWithLogitsLoss",
    optimizer: { type: "SGD", lr: 0.1, momentum: 0.9 },
    data: { type: "gaussian", samples: 40 },
    ...fields,
  };
  const { models, problems } = parse(JSON.stringify({ version: 1, models: { [name]: model } }));
  const spec = models[0]?.spec;
  assert.ok(spec, problems[0]?.message);
  return exportModel(spec);
}

/** Where each of the texts stands in the program; fails where one is missing. */
const places = (program: string, texts: readonly string[]): number[] =>
  texts.map((text) => {
    const at = program.indexOf(text);
    assert.ok(at >= 0, `no ${text} in:\n${program}`);
    return at;
  });

suite("a model as a PyTorch program", () => {
  test("has PyTorch's modules under the names of the model", () => {
    const program = programOf("m");
    places(program, [
      "import torch",
      "nn.Linear(2, 4)",
      "nn.Linear(4, 4)",
      "nn.ReLU()",
      '"head": nn.Linear(4, 1)',
      '"res"',
    ]);
  });

  test("clips before the optimizer's step, and steps the schedule after it", () => {
    const program = programOf("m", {
      clip_grad_norm: 1,
      clip_grad_value: 0.5,
      lr_scheduler: { type: "ExponentialLR", gamma: 0.9 },
    });
    const order = places(program, [
      ".backward()",
      "clip_grad_norm_",
      "clip_grad_value_",
      "optimizer.step()",
      "scheduler.step()",
    ]);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  });

  test("seeds PyTorch's generator before the model is built, and initialises it afterwards", () => {
    const program = programOf("m", { init: "xavier_uniform", train: { seed: 42 } });
    places(program, ["SEED = 42", "torch.manual_seed(SEED)", "xavier_uniform_"]);
  });

  for (const name of ['a"b', "a\\b", "a\nb", "'''", '"""; import os', "class"]) {
    test(`a model named ${JSON.stringify(name)} makes no code of its name`, () => {
      const program = programOf(name);
      assert.ok(!/^\s*import os/m.test(program));
      // Nothing of the name stands outside of the docstring and of texts: every line is one that another name gives, too.
      const lines = new Set(programOf("other").split("\n"));
      const own = program.split("\n").filter((line) => !lines.has(line));
      assert.ok(
        own.every((line) => /exported by GradLens|Model|^class \w+\(|^ {4}model = \w+\(\)$/.test(line)),
        own.join("\n"),
      );
    });
  }
});
