#!/usr/bin/env node
// The texts that people read, found in the source, and the bundles of languages beside them (docs/architecture.md, "Languages").
// `npm run l10n` says which translations are missing, and where their texts stand.
import fs from "node:fs";
import path from "node:path";
import { inLanguage } from "./inLanguage.mjs";
import { hasWords, sources, textsOf } from "./texts.mjs";
import { unmarkedIn } from "./unmarked.mjs";

const repo = path.resolve(import.meta.dirname, "..");

/**
 * `bundle`: what the extension, its threads and its pages load. `schema`: what the JSON Schema alone says, which is made in every
 * language when it is built.
 * @typedef {(typeof KINDS)[number]} Kind
 */
export const KINDS = /** @type {const} */ (["bundle", "schema"]);

/** @param {Kind} kind @param {string} [language] absent: the texts as they stand in the source */
export const bundleFile = (kind, language) =>
  path.join(repo, "l10n", `${kind}.l10n.${language === undefined ? "" : `${language}.`}json`);

/** Languages other than English. */
export const languages = () =>
  fs
    .globSync("l10n/bundle.l10n.*.json", { cwd: repo })
    .map((file) => /\.l10n\.([\w-]+)\.json$/.exec(file)?.[1] ?? "");

/** A language with all of its texts. @param {string} code @returns {import("../src/l10n/translate.ts").Language} */
export const languageOf = (code) => ({
  code,
  texts: { ...readBundle(bundleFile("bundle", code)), ...readBundle(bundleFile("schema", code)) },
});

/** Every text that is marked in one of these files. */
function markedTexts() {
  /** @type {Map<string, string[]>} */
  const all = new Map();
  for (const { key, file, line } of sources().flatMap((one) => textsOf(one))) {
    all.set(key, [...(all.get(key) ?? []), `${file}:${line}`]);
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Every text that is looked up while the JSON Schema is made, but for those that others say as well. */
async function schemaTexts() {
  const { looked } = await inLanguage("schema");
  const others = markedTexts();
  const own = [...looked].filter((key) => hasWords(key) && !others.has(key)).sort();
  return new Map(own.map((key) => [key, ["the JSON Schema"]]));
}

/** All texts of a bundle by their keys, with the places where they stand. @param {Kind} kind */
export const allTexts = async (kind) => (kind === "bundle" ? markedTexts() : schemaTexts());

/** The bundle of the source's own texts, which those of languages are made after. @param {Kind} kind */
export async function bundleText(kind) {
  const keys = [...(await allTexts(kind)).keys()];
  return `${JSON.stringify(Object.fromEntries(keys.map((key) => [key, key])), undefined, 2)}\n`;
}

/** A form of a counted noun, beside the noun. */
const FORM = /\/dative$/;

/**
 * What is wrong with a bundle, a sentence each.
 * @param {ReadonlyMap<string, readonly string[]>} texts @param {Readonly<Record<string, string>>} bundle
 */
export function mistakesOf(texts, bundle) {
  const missing = [...texts]
    .filter(([key]) => !bundle[key])
    .map(([key, places]) => `${places[0]}: ${JSON.stringify(key)} has no translation`);
  const stale = Object.keys(bundle)
    .filter((key) => !texts.has(key.replace(FORM, "")))
    .map((key) => `${JSON.stringify(key)} is translated, but no longer in the source`);
  const wrong = Object.entries(bundle).flatMap(([key, text]) =>
    differencesOf(key.replace(FORM, ""), text).map((what) => `${JSON.stringify(key)}: ${what}`),
  );
  return [...missing, ...stale, ...wrong];
}

/** What a translation has to keep, and how a text is looked through for it. */
const KEPT = [
  { what: "places of values", pattern: /\{\d+(?=[:}])/g },
  { what: "code", pattern: /`[^`]+`/g },
  { what: "space at the beginning", pattern: /^\s+/g },
  { what: "space at the end", pattern: /\s+$/g },
  { what: "breaks", pattern: /\n/g },
];

/** @param {string} key @param {string} text */
function differencesOf(key, text) {
  if (text === "") return [];
  return KEPT.flatMap(({ what, pattern }) => {
    const [source, target] = [key, text].map((one) =>
      [...new Set(one.match(pattern) ?? [])].sort().join(" "),
    );
    return source === target ? [] : [`the ${what} of ${JSON.stringify(text)} differ`];
  });
}

/** @param {string} file @returns {Record<string, string>} */
export const readBundle = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

if (process.argv[1] === import.meta.filename) {
  for (const kind of KINDS) {
    const texts = await allTexts(kind);
    for (const language of languages()) {
      const mistakes = mistakesOf(texts, readBundle(bundleFile(kind, language)));
      const said = mistakes.length === 0 ? `all of ${texts.size} texts` : mistakes.join("\n");
      console.log(`${kind} ${language}: ${said}`);
    }
  }
  for (const { file, line, key } of sources().flatMap((one) => unmarkedIn(one))) {
    console.log(`${file}:${line}: ${JSON.stringify(key)} is not marked`);
  }
}
