// Texts that people read, as they are marked in the source (docs/architecture.md, "Languages").
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";

const repo = path.resolve(import.meta.dirname, "..");

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

/** @param {string} file */
export const sourceOf = (file) => fs.readFileSync(path.join(repo, file), "utf8");

/** Templates with these tags are looked up (`src/l10n/translate.ts`, `src/text/quote.ts`). */
export const MARKS = new Set(["t", "plain", "markdown"]);

/** Functions that count things, whose last argument is the English noun. */
const COUNTING = new Set(["counted", "numbered"]);

/** @typedef {{ key: string, file: string, line: number }} Text a text in the form of a bundle's key, and where it stands */

/** @param {string} file @param {string} source */
export const parse = (file, source) => ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);

/** @param {ts.Node} node */
export const lineOf = (node) => node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;

/** @param {ts.TemplateLiteral | ts.StringLiteralLike} node */
export function keyOf(node) {
  if (!ts.isTemplateExpression(node)) return node.text;
  return node.head.text + node.templateSpans.map(({ literal }, i) => `{${i}}${literal.text}`).join("");
}

/** What is left of a text without the places of its values. @param {string} key */
export const wordsOf = (key) => key.replace(/\{\d+(:\w+)?\}/g, " ");

/** @param {string} key */
export const hasWords = (key) => /\p{L}/u.test(wordsOf(key));

/**
 * Every marked text of a file.
 * @param {string} file @param {string} [source]
 */
export function textsOf(file, source = sourceOf(file)) {
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
export function nounOf(node) {
  if (!ts.isCallExpression(node) || !COUNTING.has(node.expression.getText())) return undefined;
  const last = node.arguments.at(-1);
  return node.arguments.length > 1 && last && ts.isStringLiteral(last) ? last : undefined;
}
