// Texts that look like what people read, and are not marked as such.
import ts from "typescript";
import { keyOf, lineOf, MARKS, nounOf, parse, sourceOf, wordsOf } from "./texts.mjs";

/** @typedef {import("./texts.mjs").Text} Text */

/** The tag of a terminal, where all is English. */
const TERMINAL = "line";

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
export function unmarkedIn(file, source = sourceOf(file)) {
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
