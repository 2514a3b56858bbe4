import { test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import { statisticsFile, statisticsText } from "../../tools/statistics.mjs";

test("docs/statistics.md has the table of statistics as it is (npm run build writes it)", async () => {
  assert.ok(
    fs.readFileSync(statisticsFile, "utf8") === (await statisticsText()),
    "the page is out of date: npm run build",
  );
});
