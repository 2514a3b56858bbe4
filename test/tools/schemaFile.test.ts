import { test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import { schemaFile, schemaText } from "../../tools/schema.mjs";

test("media/gradlens.schema.json is what the tables say (npm run build writes it)", async () => {
  assert.ok(
    fs.readFileSync(schemaFile, "utf8") === (await schemaText()),
    "the file is out of date: npm run build",
  );
});
