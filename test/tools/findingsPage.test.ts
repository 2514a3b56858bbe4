import assert from "node:assert/strict";
import fs from "node:fs";
import { suite, test } from "node:test";
import { findings } from "../../src/insight/findings/index.ts";
import { findingsFile, findingsText } from "../../tools/findings.mjs";

suite("docs/findings.md", () => {
  test("has the table of findings as it is (npm run build writes it)", async () => {
    assert.ok(
      fs.readFileSync(findingsFile, "utf8") === (await findingsText()),
      "docs/findings.md is out of date: npm run build",
    );
  });

  test("has a section for every id that a model file may name, under that id", async () => {
    const text = await findingsText();
    const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, id]) => id);
    assert.deepEqual(
      sections,
      findings.map(({ id }) => id),
    );
  });

  test("says why in a paragraph, when in words, and where it comes from", () => {
    for (const { id, title, condition, why, source } of findings) {
      for (const text of [why, condition]) assert.match(text, /^[A-Z`‖∂].*[^.]\.$/s, id);
      assert.match(source.url, /^https:\/\//);
      assert.doesNotMatch(title, /\.$/);
    }
  });

  test("names every threshold in the condition that goes by it", () => {
    for (const { id, condition, thresholds = {} } of findings) {
      for (const name of Object.keys(thresholds)) {
        const elsewhere = id === "loss-stalled" && name === "trained";
        const named = condition.includes(`\`${name}\``) || condition.includes("the threshold");
        assert.ok(named || elsewhere, `${id}: ${name}`);
      }
    }
  });
});
