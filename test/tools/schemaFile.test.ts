import { suite, test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { inLanguage } from "../../tools/inLanguage.mjs";
import { allTexts, KINDS, languages } from "../../tools/l10n.mjs";
import { textsFile } from "../../tools/manifest.mjs";
import { schemaFile, schemaText } from "../../tools/schema.mjs";
import { inBrackets, outside } from "../l10n/madeUp.ts";
import { repo } from "../support/imports.ts";

suite("the JSON Schema of model files", () => {
  for (const language of [undefined, ...languages()]) {
    test(`is what the tables say (npm run build writes it): ${language ?? "en"}`, async () => {
      const file = schemaFile(language);
      const text = await schemaText(language);
      assert.ok(fs.readFileSync(file, "utf8") === text, `${file} is out of date: npm run build`);
    });

    test(`is where VS Code looks for it: ${language ?? "en"}`, () => {
      const texts = JSON.parse(fs.readFileSync(textsFile(language), "utf8")) as Record<string, string>;
      assert.equal(path.join(repo, texts["jsonValidation.0.url"] ?? ""), schemaFile(language));
    });
  }

  test("has no word that was not looked up", async () => {
    const texts = await Promise.all(KINDS.map(async (kind) => [...(await allTexts(kind)).keys()]));
    const { made } = await inLanguage("schema", inBrackets(texts.flat()));
    const shown = [...descriptions(made)];
    assert.ok(shown.length > 500, `only ${shown.length} descriptions`);
    assert.deepEqual([...new Set(shown.flatMap((text) => outside(text, NAMES) ?? []))], []);
  });
});

/** Code and values, which are the same in every language. */
const NAMES = /`[^`]*`|"[^"]*"| = \S+: /g;

/** What the editor shows of a schema. */
function* descriptions(part: unknown): Generator<string> {
  if (typeof part !== "object" || part === null) return;
  for (const [key, value] of Object.entries(part)) {
    const isShown = ["title", "description", "markdownDescription"].includes(key);
    if (isShown && typeof value === "string") yield value;
    else if (key === "markdownEnumDescriptions") yield* value as string[];
    else if (key !== "body") yield* descriptions(value);
  }
}
