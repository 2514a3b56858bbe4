import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { JsonSchema } from "../../src/engine/params.ts";
import { parse } from "../../src/model/parse.ts";
import { modelSchema } from "../../src/model/schema.ts";
import { standard } from "../../src/model/tables.ts";
import { extended } from "../support/models.ts";
import { Reading } from "../support/schema.ts";

const schema = modelSchema();
const definitions = schema.definitions as Readonly<Record<string, JsonSchema>>;

/** Every schema within a schema. */
function* parts(part: unknown): Generator<JsonSchema> {
  if (Array.isArray(part)) for (const item of part) yield* parts(item);
  else if (typeof part === "object" && part !== null) {
    yield part as JsonSchema;
    for (const [key, value] of Object.entries(part))
      if (key !== "defaultSnippets" && key !== "default") yield* parts(value);
  }
}

const layer = (fields: object): Reading => new Reading(schema, { models: { m: { layers: [fields] } } });
const AT = "/models/m/layers/0";

suite("the schema", () => {
  test("is what media/gradlens.schema.json holds: `npm run build` writes it", () => {
    const file = path.join(import.meta.dirname, "../../media/gradlens.schema.json");
    assert.deepEqual(JSON.parse(fs.readFileSync(file, "utf8")), JSON.parse(JSON.stringify(schema)));
  });

  test("refers to its own definitions only", () => {
    const refs = [...parts(schema)].flatMap(({ $ref }) => (typeof $ref === "string" ? [$ref] : []));
    assert.ok(refs.length > 0);
    for (const ref of refs) assert.ok(Object.hasOwn(definitions, ref.replace("#/definitions/", "")), ref);
  });

  test("describes every name that it lists", () => {
    for (const { enum: names, markdownEnumDescriptions: docs } of parts(schema)) {
      if (!Array.isArray(docs)) continue;
      assert.equal(docs.length, (names as unknown[]).length);
      assert.ok(docs.every((doc) => typeof doc === "string" && doc.length > 0));
    }
  });

  test("offers every row of the tables, with its doc", () => {
    const { layers, losses, optimizers, schedulers, inits, dataSets } = standard;
    const tables = {
      layer: layers,
      loss: losses,
      optimizer: optimizers,
      lr_scheduler: schedulers,
      init: inits,
      data: dataSets,
    };
    for (const [name, rows] of Object.entries(tables)) {
      const lists = [...parts(definitions[name])].map((part) => part.enum).filter(Array.isArray);
      for (const type of Object.keys(rows))
        assert.ok(
          lists.some((list) => list.includes(type)),
          `${name} ${type}`,
        );
    }
  });

  test("offers a layer the parameters of its type, with docs and defaults", () => {
    for (const [type, { params }] of Object.entries(standard.layers)) {
      const reading = layer({ type });
      for (const name of ["type", "name", "repeat", "init", ...Object.keys(params)]) {
        assert.ok(reading.properties(AT).includes(name), `${type} ${name}`);
      }
      for (const other of ["out_features", "shortcut", "p"]) {
        if (!Object.hasOwn(params, other))
          assert.ok(!reading.properties(AT).includes(other), `${type} ${other}`);
      }
    }
    const [doc] = layer({ type: "Linear", bias: true }).keyword(`${AT}/bias`, "markdownDescription");
    assert.equal(doc, "Add a learned bias.\n\nTrue or false. Default: `true`.");
    const [needed] = layer({ type: "Linear", out_features: 3 }).keyword(
      `${AT}/out_features`,
      "markdownDescription",
    );
    assert.equal(needed, "Number of outputs.\n\nAn integer of at least 1. Required.");
  });

  test("offers composites their layers, and Residual its shortcut", () => {
    assert.ok(layer({ type: "Residual" }).properties(AT).includes("shortcut"));
    const inner = layer({ type: "Residual", shortcut: [{ type: "Linear" }] });
    assert.ok(inner.properties(`${AT}/shortcut/0`).includes("out_features"));
  });

  test("offers the parameters of what is chosen by type elsewhere", () => {
    const reading = new Reading(schema, {
      models: { m: { optimizer: { type: "Adam" }, data: { type: "csv" } } },
    });
    assert.ok(reading.properties("/models/m/optimizer").includes("betas"));
    assert.ok(!reading.properties("/models/m/optimizer").includes("nesterov"));
    assert.ok(
      ["path", "target", "normalize"].every((name) => reading.properties("/models/m/data").includes(name)),
    );
  });

  test("follows the tables", () => {
    const text = JSON.stringify(modelSchema(extended));
    assert.ok(text.includes('"Twice"'));
    assert.ok(!JSON.stringify(schema).includes('"Twice"'));
  });

  test("reports nothing: that is the parser's", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom("optimizer", "layers", "train", "init", "data"),
        (value, field) => {
          assert.deepEqual(new Reading(schema, value).failures, []);
          assert.deepEqual(new Reading(schema, { models: { m: { [field]: value } } }).failures, []);
          assert.deepEqual(
            new Reading(schema, {
              models: { m: { layers: [{ type: "Linear", out_features: value, name: value }] } },
            }).failures,
            [],
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test("its snippet of a file is a model that runs", () => {
    const [{ body }] = schema.defaultSnippets as readonly { readonly body: unknown }[];
    const { models, problems } = parse(JSON.stringify(body).replace("${1:model}", "model"));
    assert.deepEqual(problems, []);
    assert.ok(models[0].spec);
  });
});
