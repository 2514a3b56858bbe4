import { shorten, UNSEEN } from "../protocol/visible.ts";

const escaped = (char: string): string => {
  const code = char.codePointAt(0) ?? 0;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
};

/** Any text as a Python string literal on one line: JSON's escapes mean the same in Python. What is not seen is written as one. */
export const literal = (text: string): string => JSON.stringify(text).replace(UNSEEN, escaped);

/** Longest name in a docstring. */
const LONGEST = 60;

/** A name within a docstring: it cannot end it, nor begin a new line. */
export const inDocstring = (name: string): string => literal(shorten(name, LONGEST)).slice(1, -1);
/** A number as Python has floats: never without a point, an exponent or a name, so that it is none of its integers. */
export function float(value: number): string {
  if (!Number.isFinite(value)) return `float("${Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"}")`;
  const digits = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}

/** A value as Python has it, its numbers as floats or as JavaScript has them, and lists as tuples. */
export function python(value: unknown, floats = false): string {
  if (value === undefined || value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return literal(value);
  if (typeof value === "number") return floats || !Number.isFinite(value) ? float(value) : String(value);
  if (Array.isArray(value)) return tuple(value.map((item) => python(item, floats)));
  throw new Error(`${typeof value} has no literal in Python`);
}

/** Expressions as a tuple: `(samples, 28, 28)`, `(2,)`. */
export const tuple = (items: readonly (number | string)[]): string =>
  `(${items.join(", ")}${items.length === 1 ? "," : ""})`;

export const INDENT = "    ";

/** Lines one level deeper; empty ones stay empty. */
export const indented = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line === "" ? "" : INDENT + line));
