#!/usr/bin/env node
// The texts that people read, found in the source, and the bundles of languages beside them (docs/architecture.md, "Languages").
// `npm run l10n` says which translations are missing, and where their texts stand.
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import { inLanguage } from "./inLanguage.mjs";

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

/** Files whose texts nobody reads in an editor (the terminal's, programs in Python, kernels), or only in the JSON Schema. */
const ENGLISH = [
  "src/cli.ts",
  "src/cli/",
  "src/pytorch/",
  "src/engine/assembly/",
  "src/engine/compile/",
  "src/engine/kernels/",
  "src/engine/runtime/",
  "src/engine/statistics/",
  "src/text/diagnosis.ts",
  "src/text/sarif.ts",
  "src/protocol/path.ts", // the log
  "src/host/userFiles.ts", // says in words what no one is told
  "src/text/themes.ts",
  "src/model/fields.ts", // of the JSON Schema, as those that follow
  "src/model/schema.ts",
  "src/model/schemaParts.ts",
  "src/model/snippets.ts",
  "src/model/reserved.ts", // names of PyTorch's
];

/** Every file whose texts are shown in an editor. */
export const sources = () =>
  fs
    .globSync(["src/**/*.ts", "webview/**/*.ts"], { cwd: repo })
    .filter((file) => !file.endsWith(".d.ts") && !ENGLISH.some((start) => file.startsWith(start)))
    .sort();

/** Templates with these tags are looked up (`src/l10n/translate.ts`, `src/text/quote.ts`). */
const MARKS = new Set(["t", "plain", "markdown"]);

/** The tag of a terminal, where all is English. */
const TERMINAL = "line";

/** Functions that count things, whose last argument is the English noun. */
const COUNTING = new Set(["counted", "numbered"]);

/** @typedef {{ key: string, file: string, line: number }} Text a text in the form of a bundle's key, and where it stands */

/** @param {string} file @param {string} source */
const parse = (file, source) => ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);

/** @param {ts.Node} node */
const lineOf = (node) => node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;

/** @param {ts.TemplateLiteral | ts.StringLiteralLike} node */
function keyOf(node) {
  if (!ts.isTemplateExpression(node)) return node.text;
  return node.head.text + node.templateSpans.map(({ literal }, i) => `{${i}}${literal.text}`).join("");
}

/** What is left of a text without the places of its values. @param {string} key */
const wordsOf = (key) => key.replace(/\{\d+(:\w+)?\}/g, " ");

/** @param {string} key */
const hasWords = (key) => /\p{L}/u.test(wordsOf(key));

/**
 * Every marked text of a file.
 * @param {string} file @param {string} [source]
 */
export function textsOf(file, source = fs.readFileSync(path.join(repo, file), "utf8")) {
  /** @type {Text[]} */
  const texts = [];
  /** @param {ts.Node} node @param {string} key */
  const add = (node, key) => hasWords(key) && texts.push({ key, file, line: lineOf(node) });
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTaggedTemplateExpression(node) && MARKS.has(node.tag.getText())) add(node, keyOf(node.template));
    const noun = nounOf(node);
    if (noun) for (const ending of ["", "s"]) add(noun, `{0} ${noun.text}${ending}`);
    ts.forEachChild(node, visit);
  };
  visit(parse(file, source));
  return texts;
}

/** @param {ts.Node} node */
function nounOf(node) {
  if (!ts.isCallExpression(node) || !COUNTING.has(node.expression.getText())) return undefined;
  const last = node.arguments.at(-1);
  return node.arguments.length > 1 && last && ts.isStringLiteral(last) ? last : undefined;
}

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

/** Two words or more in a row are a text. */
const TEXT = /[A-Za-z]{2,}[,:;.]? [A-Za-z(]|[A-Za-z]{2,}[:,]? \{|\} [a-z]{2,}/;

/** One word is, where it is handed to somebody who shows it. */
const WORD = /(?<![\p{L}\p{N}_./#∂-])\p{L}{3,}/u;

/** Properties that hold no text for people, or a text of the model file's schema, of pages and of lists for programs, which are English. */
const NOT_SHOWN = new Set(["condition", "url", "doc", "definition", "layers", "unit", "id", "class"]);

/** Properties and attributes that hold what is shown. */
const SHOWN = new Set([
  "title",
  "label",
  "hint",
  "note",
  "aria-label",
  "aria-valuetext",
  "alt",
  "placeholder",
  "tooltip",
]);

/** Functions that show a text, and which of their arguments it is. @type {Readonly<Record<string, number>>} */
const SHOW = {
  iconButton: 1,
  textButton: 0,
  dropdown: 0,
  setText: 1,
  setWords: 1,
  logAxis: 0,
  noFigure: 1,
  tableView: 0,
};

/** How a text of the schema's is written in a table of the engine's: sentences, or parts of some. */
const DOCUMENTATION = /^[A-Z`][^]*[.:,] ?$|^with [^]*\. $/;

/** Functions whose first argument is a text of the schema's (`engine/params.ts`). */
const DOCUMENTING = new Set([
  "integer",
  "number",
  "boolean",
  "text",
  "choice",
  "numbers",
  "sizes",
  "shape",
  "texts",
]);

/** Words in a row that are no text: ids, names, styles. */
const NO_TEXTS = new Set([
  "as it is",
  "with fixes",
  "more fixes",
  "if any",
  "with parameters",
  "per element",
  "root of ratio",
  "ratio of roots",
  "time steps",
  "to the state",
  "to the output",
  "pooling and shape",
  "JSON Lines",
  "<unknown ParseErrorCode>",
  // Names of columns, which a table's view has words for.
  "finite elements not 0",
  "median size",
  "singular value",
  "time step",
  "system-ui, sans-serif",
  // Parts of lines of the log.
  "a thread of the extension host",
  "a process of its own",
  "process {0}, {1} 256-bit SIMD ({2}, V8 {3})",
  "one thread",
  "at most {0} threads, where they help",
  'Run {0}: engine "{1}"{2}, in {3}, {4}.',
  // Lines of a program in Python.
  "import sys\nsys.path.append({0})\nimport gradlens\n",
  // Names of fields of the model file.
  "rules",
  "data",
]);
const NO_TEXT =
  /^\s*<[a-z!]|^(codicon|swatch|dot|sentence|translate|color-mix|rgba?|linear-gradient|gradlens|img-src|style-src|script-src|:root|@media)\b|^\(\(\) =>|^\nbody \{|^[a-z_ ]+_[a-z_ ]+$|^clip_grad_norm |^font-src|^NaN, ∞$| · GradLens$|^\{\d+\}px |^\{\d+\}( ms| min \{\d+\} s)$|\{\d+\} delta_norm_/;

/**
 * Every text of a file that is not marked although it looks like one that people read: words in a row, or one word where it is handed
 * to what shows it. Messages of errors that are bugs, and lines of the log, stay English.
 * @param {string} file @param {string} [source]
 */
export function unmarkedIn(file, source = fs.readFileSync(path.join(repo, file), "utf8")) {
  /** @type {Text[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    if (
      ts.isTaggedTemplateExpression(node) &&
      (MARKS.has(node.tag.getText()) || node.tag.getText() === TERMINAL)
    ) {
      if (ts.isTemplateExpression(node.template)) ts.forEachChild(node.template, visit);
      return;
    }
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
      const key = keyOf(node);
      if (isUnmarked(node, key)) found.push({ key, file, line: lineOf(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file, source));
  return found;
}

/** @param {ts.StringLiteralLike | ts.TemplateExpression} node @param {string} key */
function isUnmarked(node, key) {
  if (NO_TEXTS.has(key) || NO_TEXT.test(key) || isElsewhere(node)) return false;
  if (/^src\/(engine|model)\//.test(node.getSourceFile().fileName) && DOCUMENTATION.test(key)) return false;
  return TEXT.test(key) || (isHanded(node) && WORD.test(wordsOf(key)));
}

/** Whether it stands where no text for people does. @param {ts.Node} node */
function isElsewhere(node) {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent))
    return parent.name === node || NOT_SHOWN.has(nameOf(parent)) || isSource(parent);
  if (ts.isNewExpression(parent)) return parent.expression.getText() === "Error";
  if (ts.isCallExpression(parent)) {
    const called = parent.expression.getText();
    return (
      /log$/i.test(called) ||
      nounOf(parent) === node ||
      (DOCUMENTING.has(called) && parent.arguments[0] === node)
    );
  }
  if (ts.isBinaryExpression(parent) && ts.isPropertyAssignment(parent.parent))
    return NOT_SHOWN.has(nameOf(parent.parent));
  return false;
}

/** @param {ts.PropertyAssignment} property */
const nameOf = ({ name }) => (ts.isStringLiteral(name) ? name.text : name.getText());

/** The title of a paper or a page, which keeps its name. @param {ts.PropertyAssignment} property */
const isSource = (property) =>
  nameOf(property) === "title" &&
  ts.isPropertyAssignment(property.parent.parent) &&
  nameOf(property.parent.parent) === "source";

/** Whether it is handed to what shows it. @param {ts.Node} node */
function isHanded(node) {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent)) return SHOWN.has(nameOf(parent));
  if (ts.isCallExpression(parent)) return parent.arguments[SHOW[parent.expression.getText()] ?? -1] === node;
  // A child of an element.
  return (
    ts.isArrayLiteralExpression(parent) &&
    ts.isCallExpression(parent.parent) &&
    parent.parent.expression.getText() === "element" &&
    parent.parent.arguments[2] === parent
  );
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
