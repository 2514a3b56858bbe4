import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { applyEdits } from "../../../src/model/edit.ts";
import { fixesOf } from "../../../src/model/fixes/apply.ts";
import type { Where } from "../../../src/model/fixes/rewrite.ts";
import { parse } from "../../../src/model/parse.ts";
import { FIXES, type FixName } from "../../../src/protocol/fixNames.ts";

const family = `{
  "models": {
    "base": {
      "input": [2],
      "layers": [
        // the block
        { "repeat": 6, "name": "block", "layers": [{ "type": "Linear", "out_features": 8 }, { "type": "Sigmoid" }] },
        { "type": "Linear", "out_features": 1 } // the head
      ],
      "loss": "BCEWithLogitsLoss",
      "optimizer": "SGD", // plain
      "data": { "type": "spiral" }
    },
    "variant": {
      "extends": "base", // plainly
      "train": { "steps": 50 }
    },
    "rated": {
      "extends": "base",
      "optimizer": { "type": "Adam", "lr": 0.1, "eps": 1 }
    },
    "last": { "extends": "rated", "optimizer": { "lr": 9 } }
  }
}
`;

function fixed(model: string, name: FixName, where: Where): string {
  const [fix] = fixesOf(family, model, { names: [name], where });
  return applyEdits(family, fix?.edits ?? []);
}

suite("a fix of a model that extends another", () => {
  test("copies the layers into the variant, with their comments, and changes the copy", () => {
    assert.equal(
      fixed("variant", "batch-norm", "variant"),
      family.replace(
        '"train": { "steps": 50 }',
        `"train": { "steps": 50 },
      "layers": [
        // the block
        { "repeat": 6, "name": "block", "layers": [{ "type": "Linear", "out_features": 8 }, { "type": "BatchNorm1d" }, { "type": "Sigmoid" }] },
        { "type": "Linear", "out_features": 1 } // the head
      ]`,
      ),
    );
  });

  test("changes the base where that is asked for", () => {
    assert.equal(
      fixed("variant", "batch-norm", "base"),
      family.replace('{ "type": "Sigmoid" }', '{ "type": "BatchNorm1d" }, { "type": "Sigmoid" }'),
    );
  });

  test("writes only what differs from the base, and null for what goes", () => {
    assert.equal(fixed("last", "eps", "variant"), family.replace('{ "lr": 9 }', '{ "lr": 9, "eps": null }'));
    assert.equal(fixed("last", "lower-rate", "variant"), family.replace('"lr": 9', '"lr": 0.9'));
  });

  test("changes the field where it is written, even if the base was asked for", () => {
    assert.equal(fixed("last", "lower-rate", "base"), family.replace('"lr": 9', '"lr": 0.9'));
  });

  test("gives a name's argument a place in the base", () => {
    assert.equal(
      fixed("variant", "lower-rate", "base"),
      family.replace('"SGD", // plain', '{ "type": "SGD", "lr": 0.001 }, // plain'),
    );
  });
});

const COMMENT = /\/\/.*|\/\*[^]*?\*\//g;

suite("a fix of any model", () => {
  const names = Object.keys(FIXES) as FixName[];
  const folder = new URL("../../../examples/", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".gradlens.json"))) {
    test(`leaves no problem and every comment: ${file}`, () => {
      const text = readFileSync(new URL(file, folder), "utf8");
      const before = parse(text);
      let count = 0;
      for (const { name, spec, base } of before.models) {
        for (const where of base === undefined ? (["variant"] as const) : (["variant", "base"] as const)) {
          for (const fix of fixesOf(text, name, { names, where })) {
            count++;
            const after = applyEdits(text, fix.edits);
            assert.deepEqual(parse(after).problems, before.problems, `${name}: ${fix.title}`);
            assert.notDeepEqual(
              parse(after).models.find((model) => model.name === name)?.spec,
              spec,
              fix.title,
            );
            const kept = new Set(after.match(COMMENT));
            assert.ok(
              (text.match(COMMENT) ?? []).every((comment) => kept.has(comment)),
              fix.title,
            );
            assert.ok(fix.edits.every(({ offset, length }) => offset + length <= text.length));
          }
        }
      }
      assert.ok(count > 10, "hardly a fix applies");
    });
  }
});
