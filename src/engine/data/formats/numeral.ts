import { t } from "../../../l10n/translate.ts";
import { quoted } from "../../../protocol/visible.ts";

/** How a file writes its numbers. */
export interface Notation {
  /** Before the fraction. */
  readonly decimal: string;
  /** Between the digits of large numbers, where there is such a sign. */
  readonly thousands?: string | undefined;
}

/** What is read as a number, and as which. */
export interface Numerals {
  isNumeral(text: string): boolean;
  /** In double precision; NaN for what is no numeral. */
  valueOf(text: string): number;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Numbers as programs write them. */
const PLAIN: Numerals = {
  isNumeral: (text) => DECIMAL.test(text),
  valueOf: (text) => (DECIMAL.test(text) ? Number(text) : NaN),
};

/** Numbers in this notation. The sign between thousands may stand between any two digits before the fraction, as in pandas. */
export function numerals({ decimal, thousands }: Notation): Numerals {
  if (decimal === "." && thousands === undefined) return PLAIN;
  const whole = thousands === undefined ? "\\d+" : `\\d+(?:[${thousands}]\\d+)*`;
  const point = `[${decimal}]`;
  const pattern = new RegExp(`^[+-]?(?:${whole}(?:${point}\\d*)?|${point}\\d+)(?:[eE][+-]?\\d+)?$`);
  const plain = (text: string): string =>
    (thousands === undefined ? text : text.replaceAll(thousands, "")).replace(decimal, ".");
  return {
    isNumeral: (text) => pattern.test(text),
    valueOf: (text) => (pattern.test(text) ? Number(plain(text)) : NaN),
  };
}

/** How data sets write a value that is missing. */
const MISSING = new Set(["", "?", "-", "na", "n/a", "nan", "null", "none"]);

export const isMissing = (text: string): boolean => MISSING.has(text.toLowerCase());

/** What keeps a text from being a number that can be trained on, if anything. */
export function notNumber(text: string, { isNumeral, valueOf }: Numerals = PLAIN): string | undefined {
  if (isNumeral(text)) return nonFinite(valueOf(text), text);
  if (text === "") return t`the value is missing`;
  return isMissing(text)
    ? t`the value is missing (${quoted(text)})`
    : t`expected a number, found ${quoted(text)}`;
}

/** A text that stands for no finite number: missing, NaN, infinite, or beyond the largest float. */
export const isNotFinite = (text: string, { isNumeral, valueOf }: Numerals = PLAIN): boolean =>
  isMissing(text) ||
  /^[+-]?inf(inity)?$/i.test(text) ||
  (isNumeral(text) && !Number.isFinite(Math.fround(valueOf(text))));

/** What keeps a number from being trained on, if anything: it is not finite, or not in single precision. */
export function nonFinite(value: number, written = String(value)): string | undefined {
  if (Number.isFinite(Math.fround(value))) return undefined;
  if (!Number.isFinite(value) && written === String(value)) {
    return t`expected a finite number, found ${written}`;
  }
  return t`${shortened(written)} does not fit a 32-bit float (up to 3.4e38)`;
}

/** Thousands of digits are a numeral, too. */
const shortened = (numeral: string): string => (numeral.length > 80 ? `${numeral.slice(0, 80)}…` : numeral);
