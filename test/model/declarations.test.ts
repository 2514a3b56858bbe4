import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { declarationAt, declarationOf } from "../../src/model/declarations.ts";
import { parse } from "../../src/model/parse.ts";
import { assertGood, linear, withLayers } from "../support/models.ts";

const text = withLayers(
  `{ "repeat": 3, "name": "block", "layers": [${linear}, { "type": "Tanh" }] },
   { "type": "Residual", "name": "res", "shortcut": "projection", "layers": [${linear}] },
   { "type": "Linear", "repeat": 2, "name": "fc", "out_features": 4 }`,
);

suite("declarations", () => {
  test("say which rows an object stands for", () => {
    const [{ declarations }] = assertGood(text).models;
    assert.deepEqual(
      declarations.map(({ type, paths }) => [type, ...paths].join(" ")),
      [
        "Sequential",
        "Linear block.0.0 block.1.0 block.2.0",
        "Tanh block.0.1 block.1.1 block.2.1",
        "Residual res",
        "Linear res.0",
        "Linear fc.0 fc.1",
      ],
    );
  });

  test("have the object's range, its JSON path and what to underline", () => {
    const [, , tanh] = assertGood(text).models[0].declarations;
    assert.equal(text.slice(tanh.offset, tanh.offset + tanh.length), '{ "type": "Tanh" }');
    assert.equal(text.slice(tanh.anchor.offset, tanh.anchor.offset + tanh.anchor.length), '"Tanh"');
    assert.deepEqual(tanh.path, ["models", "m", "layers", 0, "layers", 1]);
  });

  test("are found by row, a projection at its block", () => {
    const parsed = parse(text);
    assert.equal(declarationOf(parsed, "m", "block.2.1")?.type, "Tanh");
    assert.deepEqual(declarationOf(parsed, "m", "fc.1")?.paths, ["fc.0", "fc.1"]);
    assert.equal(declarationOf(parsed, "m", "res.shortcut")?.type, "Residual");
    assert.equal(declarationOf(parsed, "m", "block.9.9"), undefined);
    assert.equal(declarationOf(parsed, "x", "fc.1"), undefined);
  });

  test("are found by place, the innermost", () => {
    const parsed = parse(text);
    assert.equal(declarationAt(parsed, text.indexOf('"Tanh"'))?.declaration.type, "Tanh");
    assert.equal(declarationAt(parsed, text.indexOf('"block"'))?.declaration.type, "Sequential");
    assert.equal(declarationAt(parsed, 0), undefined);
  });

  test("belong to every model that has them through extends", () => {
    const shared = text.replace(
      '"models": {',
      '"models": { "d": { "extends": "m", "train": { "seed": 1 } },',
    );
    const parsed = assertGood(shared);
    const found = declarationAt(parsed, shared.indexOf('"Tanh"'));
    assert.deepEqual(found?.models, ["d", "m"]);
    assert.equal(declarationOf(parsed, "d", "block.0.1"), parsed.models[0].declarations[2]);
    assert.equal(declarationOf(parsed, "d", "block.0.1")?.offset, found.declaration.offset);
  });

  test("are there for a model that is wrong, with the rows of what is right", () => {
    const [{ spec, declarations }] = parse(withLayers(`{ "type": "Rlu", "name": "a" }, ${linear}, 3`)).models;
    assert.equal(spec, undefined);
    assert.deepEqual(
      declarations.map(({ type, paths }) => [type, ...paths]),
      [
        ["", "a"],
        ["Linear", "1"],
      ],
    );
  });
});
