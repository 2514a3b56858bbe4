import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import {
  allTexts,
  bundleFile,
  bundleText,
  KINDS,
  languages,
  mistakesOf,
  readBundle,
} from "../../tools/l10n.mjs";
import { sources, textsOf } from "../../tools/texts.mjs";
import { unmarkedIn } from "../../tools/unmarked.mjs";
import { manifestFile, manifestTexts, textsFile } from "../../tools/manifest.mjs";

/** Each on its line. */
const listed = (lines: readonly string[]): string => lines.map((one) => `\n${one}`).join("");

suite("the texts of the source", () => {
  for (const kind of KINDS) {
    test(`are all in the ${kind} that translations are made after (npm run build writes it)`, async () => {
      assert.ok(
        readFileSync(bundleFile(kind), "utf8") === (await bundleText(kind)),
        "the file is out of date: npm run build",
      );
    });

    for (const language of languages()) {
      test(`have each a translation of the same form, and no other has one: ${kind} ${language}`, async () => {
        const file = bundleFile(kind, language);
        assert.equal(listed(mistakesOf(await allTexts(kind), readBundle(file))), "", file);
      });
    }
  }

  test("are marked wherever people read them", () => {
    const unmarked = sources().flatMap((file) => unmarkedIn(file));
    assert.equal(
      listed(unmarked.map(({ file, line, key }) => `${file}:${line}: ${JSON.stringify(key)}`)),
      "",
      "mark each as t`…`, plain`…` or markdown`…`; tools/unmarked.mjs knows what is no text",
    );
  });
});

suite("the texts of the manifest", () => {
  test("stand in package.nls.json, and their names in package.json (npm run build puts them there)", async () => {
    for (const [file, text] of await manifestTexts())
      assert.ok(readFileSync(file, "utf8") === text, `${file} is out of date: npm run build`);
  });

  for (const language of languages()) {
    test(`have each a translation of the same form: ${language}`, () => {
      const english = new Map(Object.entries(readBundle(textsFile())).map(([key, text]) => [key, [text]]));
      const own = readBundle(textsFile(language));
      const missing = [...english.keys()].filter((key) => !own[key]);
      assert.equal(listed(missing), "", `package.nls.${language}.json lacks them`);
      const links = (text = ""): string =>
        (text.match(/\(command:[^)]*\)|<[^>]+>|\n/g) ?? []).sort().join(" ");
      for (const [key, [text]] of english) assert.equal(links(own[key]), links(text), key);
    });
  }

  test("are every word that VS Code shows of it", () => {
    const titles = /"(title|description|markdownDescription|contents|altText)": "(?!%|GradLens")[^"]*"/.exec(
      readFileSync(manifestFile, "utf8"),
    );
    assert.equal(titles?.[0], undefined);
  });
});

suite("the search for texts", () => {
  const found = (source: string): readonly string[] => textsOf("a.ts", source).map(({ key }) => key);
  const unmarked = (source: string): readonly string[] => unmarkedIn("a.ts", source).map(({ key }) => key);

  test("finds marked templates with their values as places, also one within another", () => {
    assert.deepEqual(
      found("t`Loss ${x} after ${isLong ? t`many` : 'few'}`; plain`Run`; markdown`**${a}** of ${b}`"),
      ["Loss {0} after {1}", "many", "Run", "**{0}** of {1}"],
    );
  });

  test("leaves out what has no words, and other tags", () => {
    assert.deepEqual(found("t`${a} · ${b}`; line`two words`; css`a b`"), []);
  });

  test("finds both numbers of what is counted", () => {
    assert.deepEqual(found('counted(n, "step"); counted(n, noun); count(n)'), ["{0} step", "{0} steps"]);
  });

  test("finds words in a row that are not marked, and one word where it is shown", () => {
    assert.deepEqual(
      unmarked('const a = "two words"; const b = `${n} steps`; const c = { title: "Loss" };'),
      ["two words", "{0} steps", "Loss"],
    );
    assert.deepEqual(
      unmarked('element("p", {}, ["Loss"]); iconButton("play", "Play", f); setText(p, "Now");'),
      ["Loss", "Play", "Now"],
    );
  });

  test("lets ids, bugs and lines of the log be", () => {
    assert.deepEqual(
      unmarked(
        'new Error("no such layer"); log(`Run ${n} began`); run.trial = "as it is"; element("p", { class: "a" });',
      ),
      [],
    );
  });

  test("tells what is missing, what is too much, and what differs", () => {
    const mistakes = mistakesOf(
      new Map([
        ["Loss {0}", ["a.ts:1"]],
        ["{0} of {1}", ["a.ts:2"]],
        ["use `lr` here", ["a.ts:3"]],
        [" and ", ["a.ts:4"]],
        ["empty", ["a.ts:5"]],
      ]),
      {
        "{0} of {1}": "{0} von {2}",
        "use `lr` here": "hier `rate` nehmen",
        " and ": "und ",
        gone: "weg",
        empty: "",
      },
    );
    assert.deepEqual(mistakes, [
      'a.ts:1: "Loss {0}" has no translation',
      'a.ts:5: "empty" has no translation',
      '"gone" is translated, but no longer in the source',
      '"{0} of {1}": the places of values of "{0} von {2}" differ',
      '"use `lr` here": the code of "hier `rate` nehmen" differ',
      '" and ": the space at the beginning of "und " differ',
    ]);
  });
});
