import { test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import Ajv from "ajv";
import { rulesOfSettings } from "../../src/model/rules.ts";
import { manifestFile } from "../../tools/manifest.mjs";

const text = fs.readFileSync(manifestFile, "utf8");

interface Manifest {
  readonly contributes: { readonly configuration: { readonly properties: Readonly<Record<string, object>> } };
}

test("VS Code refuses of the setting gradlens.rules what the extension refuses, and takes what it takes", () => {
  const { contributes } = JSON.parse(text) as Manifest;
  const schema = contributes.configuration.properties["gradlens.rules"];
  assert.ok(schema);
  const isValid = new Ajv({ unknownFormats: "ignore" }).compile(schema);
  for (const [value, expected] of [
    [{}, true],
    [{ "dead-relu": "off", collapse: { spread: 0.05 } }, true],
    [{ "dead-relu": { share: 0.5 }, "zero-gradient": "off" }, true],
    [{ "dead-rely": "off" }, false],
    [{ "dead-relu": "on" }, false],
    [{ "dead-relu": { shore: 0.5 } }, false],
    [{ "dead-relu": { share: -1 } }, false],
    [{ "zero-gradient": 1 }, false],
    ["off", false],
  ] as const) {
    assert.equal(isValid(value), expected, JSON.stringify(value));
    assert.equal(rulesOfSettings(value).problems.length === 0, expected, JSON.stringify(value));
  }
});
