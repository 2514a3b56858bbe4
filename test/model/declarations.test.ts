import assert from "node:assert/strict";
import { suite, test } from "node:test";
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

  test("belong to every model that has them through extends", () => {
    const shared = text.replace(
      '"models": {',
      '"models": { "d": { "extends": "m", "train": { "seed": 1 } },',
    );
    const [derived, base] = assertGood(shared).models;
    assert.deepEqual([derived?.name, base?.name], ["d", "m"]);
    assert.deepEqual(derived?.declarations, base?.declarations);
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
