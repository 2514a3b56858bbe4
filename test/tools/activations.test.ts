import { test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import { kindsFile, kindsText, loopsFile, loopsText } from "../../tools/activations.mjs";

for (const [file, made] of [
  [kindsFile, kindsText],
  [loopsFile, loopsText],
] as const) {
  test(`${file.split("/").slice(-2).join("/")} has the activations of the table (npm run build writes it)`, async () => {
    assert.equal(fs.readFileSync(file, "utf8"), await made());
  });
}
