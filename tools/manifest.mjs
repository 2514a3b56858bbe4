import fs from "node:fs";
import path from "node:path";
import { inLanguage } from "./inLanguage.mjs";
import { languageOf, languages } from "./l10n.mjs";
import { schemaUrl } from "./schema.mjs";

const repo = path.resolve(import.meta.dirname, "..");

export const manifestFile = path.join(repo, "package.json");

/** The texts of `package.json` in English, and in another language. @param {string} [language] */
export const textsFile = (language) =>
  path.join(repo, language === undefined ? "package.nls.json" : `package.nls.${language}.json`);

/** @typedef {Record<string, string>} Texts */
/** @typedef {{ contributes: { configuration: { properties: Record<string, object> } } }} Manifest */

/** @param {string} file @returns {Texts} */
const textsIn = (file) => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {});

/** @param {unknown} value */
const written = (value) => `${JSON.stringify(value, undefined, 2)}\n`;

/**
 * `package.json` and its texts as they are to be, by file: with the schema of the setting `gradlens.rules` as the table of findings
 * has it, the JSON Schema of model files in each language, and every text in `package.nls.json` under the name of its place, which stands for it in `package.json`. So a new command or
 * setting may have its text written where it is declared.
 */
export async function manifestTexts() {
  const english = textsIn(textsFile());
  /** @type {Manifest} */
  const before = JSON.parse(fs.readFileSync(manifestFile, "utf8"));
  const manifest = withRules(before, (await inLanguage("rules")).made);
  const { value, texts } = named(manifest, english);
  texts[SCHEMA_URL] = schemaUrl();
  const files = new Map([
    [manifestFile, written(value)],
    [textsFile(), written(texts)],
  ]);
  for (const language of languages()) {
    const { made } = await inLanguage("rules", languageOf(language));
    const rules = named(withRules(structuredClone(manifest), made), english).texts;
    const known = {
      ...textsIn(textsFile(language)),
      ...only(rules, isOfRules),
      [SCHEMA_URL]: schemaUrl(language),
    };
    files.set(textsFile(language), written(only(known, (key) => key in texts)));
  }
  return files;
}

/** Where the descriptions of the rules' setting are kept. @param {string} key */
const isOfRules = (key) => key.startsWith("configuration.gradlens.rules.properties.");

/** @param {Texts} texts @param {(key: string) => boolean} is */
const only = (texts, is) => Object.fromEntries(Object.entries(texts).filter(([key]) => is(key)));

/** @param {Manifest} manifest @param {object} schema */
function withRules(manifest, schema) {
  const { properties } = manifest.contributes.configuration;
  properties["gradlens.rules"] = {
    ...schema,
    default: {},
    order: 5,
    scope: "resource",
    markdownDescription: "%configuration.gradlens.rules.markdownDescription%",
  };
  return manifest;
}

/** Properties of the manifest that VS Code shows. */
const SHOWN = new Set([
  "title",
  "shortTitle",
  "description",
  "markdownDescription",
  "enumDescriptions",
  "markdownEnumDescriptions",
  "enumItemLabels",
  "deprecationMessage",
  "markdownDeprecationMessage",
  "patternErrorMessage",
  "contextualTitle",
  "accessibilityHelpContent",
  "contents",
  "altText",
]);

/** The place of the JSON Schema's address, which is another in each language. */
const SCHEMA_URL = "jsonValidation.0.url";

/** The name of the product is no text. */
const PRODUCT = "GradLens";

/**
 * The manifest with a name in place of every text that is shown, and the texts by their names, in the manifest's order.
 * @param {unknown} manifest @param {Readonly<Texts>} english texts that are named already
 */
function named(manifest, english) {
  /** @type {Texts} */
  const texts = {};
  /** @param {string} text @param {readonly string[]} place */
  const nameOf = (text, place) => {
    const known = /^%(.+)%$/.exec(text)?.[1];
    const name = known ?? place.filter((part) => part !== "contributes").join(".");
    texts[name] = known === undefined ? text : (english[known] ?? "");
    return `%${name}%`;
  };
  /** @type {(value: unknown, place: readonly string[], shown: boolean) => unknown} */
  const visit = (value, place, shown) => {
    if (typeof value === "string") return shown && value !== PRODUCT ? nameOf(value, place) : value;
    if (Array.isArray(value))
      return value.map((one, i) => visit(one, [...place, idOf(one) ?? String(i)], shown));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        visit(
          one,
          partOf(place, key),
          SHOWN.has(key) ||
            (key === "name" && place.includes("views")) ||
            (key === "url" && place.includes("jsonValidation")),
        ),
      ]),
    );
  };
  return { value: visit(manifest, [], false), texts };
}

/** The settings' own place is long enough without `properties`. @param {readonly string[]} place @param {string} key */
const partOf = (place, key) =>
  key === "properties" && place.at(-1) === "configuration" ? place : [...place, key];

/** What tells an element of a list from the others. @param {unknown} value @returns {string | undefined} */
const idOf = (value) =>
  typeof value !== "object" || value === null
    ? undefined
    : "id" in value
      ? String(value.id)
      : "command" in value
        ? String(value.command)
        : "view" in value
          ? String(value.view)
          : undefined;
