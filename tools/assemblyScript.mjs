// AssemblyScript for Prettier and ESLint: TypeScript, but for decorators of functions and constants (`@inline`), which TypeScript
// refuses. Their parsers find a comment of the same length in their place; what is printed is the text itself.
import { parsers as typescript } from "prettier/plugins/typescript";
import tseslint from "typescript-eslint";

/** The first two characters of a decorator on a line of its own, as all are written. */
const DECORATOR = /^([ \t]*)@\w(?=\w*[ \t]*$)/gm;

/** @param {string} text */
const asTypeScript = (text) => text.replace(DECORATOR, "$1//");

/** @type {import("prettier").Plugin} */
export const prettierPlugin = {
  parsers: {
    assemblyscript: {
      ...typescript.typescript,
      parse: (text, options) => typescript.typescript.parse(asTypeScript(text), options),
    },
  },
};

const { parseForESLint } = /** @type {{ parseForESLint: (text: string, options: object) => unknown }} */ (
  tseslint.parser
);

export const eslintParser = {
  meta: { name: "assemblyscript" },
  /** @param {string} text @param {object} options */
  parseForESLint: (text, options) => parseForESLint(asTypeScript(text), options),
};
