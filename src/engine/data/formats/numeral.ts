import { quoted, shorten } from "../../../protocol/visible.ts";

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** How data sets write a value that is missing. */
const MISSING = new Set(["", "?", "-", "na", "n/a", "nan", "null", "none"]);

export const isMissing = (text: string): boolean => MISSING.has(text.toLowerCase());

export const isNumeral = (text: string): boolean => DECIMAL.test(text);

/** What keeps a text from being a number that can be trained on, if anything. */
export function notNumber(text: string): string | undefined {
  if (isNumeral(text)) return nonFinite(Number(text), text);
  if (text === "") return "the value is missing";
  return isMissing(text)
    ? `the value is missing (${quoted(text)})`
    : `expected a number, found ${quoted(text)}`;
}

/** What keeps a number from being trained on, if anything: it is not finite, or not in single precision. */
export function nonFinite(value: number, written = String(value)): string | undefined {
  if (Number.isFinite(Math.fround(value))) return undefined;
  if (!Number.isFinite(value) && written === String(value)) {
    return `expected a finite number, found ${written}`;
  }
  return `${shorten(written, 60)} does not fit a 32-bit float (up to 3.4e38)`;
}
