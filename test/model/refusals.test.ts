import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parse } from "../../src/model/parse.ts";
import { refusals } from "../support/refusals.ts";

suite("what PyTorch refuses is a problem before anything runs", () => {
  for (const { name, input, layers, fields, message } of refusals) {
    test(name, () => {
      const model = { input, layers, loss: "MSELoss", data: "gaussian", ...fields };
      const { models, problems } = parse(JSON.stringify({ models: { m: model } }));
      assert.equal(models[0].spec, undefined);
      assert.ok(
        problems.some((problem) => problem.severity === "error" && message.test(problem.message)),
        `expected ${String(message)}, found ${JSON.stringify(problems.map((problem) => problem.message))}`,
      );
    });
  }
});
