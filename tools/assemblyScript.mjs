// A plugin of Prettier's for AssemblyScript: TypeScript, but for decorators of functions and constants (`@inline`), which
// TypeScript refuses. The parser finds a comment of the same length in their place, and what is printed is the text itself.
import { parsers as typescript } from "prettier/plugins/typescript";

/** The first two characters of a decorator on a line of its own, as all are written. */
const DECORATOR = /^([ \t]*)@\w(?=\w*[ \t]*$)/gm;

/** @type {Record<string, import("prettier").Parser>} */
export const parsers = {
  assemblyscript: {
    ...typescript.typescript,
    parse: (text, options) => typescript.typescript.parse(text.replace(DECORATOR, "$1//"), options),
  },
};
