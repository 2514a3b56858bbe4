import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parse } from "../../src/model/parse.ts";
import { halfOf, isId, labelled } from "./labelled.ts";

suite("the labelled models", () => {
  test("can all run, each under a name of its own", () => {
    for (const { name, model } of labelled) {
      const { models, problems } = parse(JSON.stringify({ version: 1, models: { m: model } }));
      assert.ok(models[0]?.spec, `${name}: ${problems[0]?.message ?? ""}`);
    }
    assert.equal(new Set(labelled.map(({ name }) => name)).size, labelled.length);
  });

  test("name a cause by its id where they are sick, and none where they are well", () => {
    for (const { name, sick, causes = [], accepted = [] } of labelled) {
      assert.equal(causes.length > 0, sick, name);
      assert.ok(causes.every(isId), name);
      assert.ok(
        causes.every((cause) => accepted.includes(cause)),
        name,
      );
    }
  });

  test("are in one half each, and in both halves", () => {
    const halves = labelled.map(({ name }) => halfOf(name));
    assert.ok(halves.filter((half) => half === "judge").length > labelled.length / 3);
    assert.ok(halves.filter((half) => half === "tune").length > labelled.length / 3);
  });
});
