import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/model/parse.ts";
import { starter } from "../../src/text/starter.ts";

test("the starter is a model that can run, whatever its name", () => {
  for (const name of ["model", 'quo"te', "ünï"]) {
    const { models, problems } = parse(starter(name));
    assert.deepEqual(problems, []);
    assert.equal(models[0]?.name, name);
    assert.ok(models[0]?.spec);
  }
});
