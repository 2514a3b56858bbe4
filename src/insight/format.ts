import { numbered, t } from "../l10n/translate.ts";

/*
 * The one way to write a number: `figure` for reading, `compact` where a text changes in place. Both round alike, so that a
 * figure has the same digits wherever it is read; only how a power of ten and a minus are written differs.
 */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** `-12` → `⁻¹²` */
export const superscript = (n: number): string =>
  [...String(n)].map((c) => (c === "-" ? "⁻" : (SUPERSCRIPTS[Number(c)] ?? c))).join("");

/** A power of ten as an axis labels it: `10⁻³`, and `1` and `10` as themselves. */
export const powerOfTen = (exponent: number): string =>
  exponent === 0 ? "1" : exponent === 1 ? "10" : `10${superscript(exponent)}`;

interface Notation {
  readonly minus: string;
  readonly scientific: (mantissa: string, exponent: number) => string;
}

const READING: Notation = {
  minus: "−",
  scientific: (mantissa, exponent) => {
    const power = `10${superscript(exponent)}`;
    return mantissa === "1" ? power : `${mantissa}·${power}`;
  },
};

const COMPACT: Notation = { minus: "-", scientific: (mantissa, exponent) => `${mantissa}e${exponent}` };

/** Sizes from the first to below the second are written without a power of ten. */
const PLAIN = [1e-3, 1e4] as const;

function written(x: number, digits: number, { minus, scientific }: Notation): string {
  if (Number.isNaN(x)) return "NaN";
  if (x === 0) return "0";
  const sign = x < 0 ? minus : "";
  if (!Number.isFinite(x)) return `${sign}∞`;
  const size = Number(Math.abs(x).toPrecision(digits)); // rounded first: 0.000999 is 0.0010
  if (size >= PLAIN[0] && size < PLAIN[1])
    return sign + (size >= 10 ** digits ? count(size) : size.toPrecision(digits));
  const [mantissa = "", exponent = ""] = size.toExponential(digits - 1).split("e");
  return sign + scientific(mantissa, Number(exponent));
}

/**
 * A number with so many significant digits: plain between a thousandth and ten thousand (`0.0024`, `1,200`), else as
 * `3.1·10⁻¹²`. `NaN`, `∞` and `0` are words of their own.
 */
export const figure = (x: number, digits = 2): string => written(x, digits, READING);

/** The same digits as `3.1e-12`: in lenses and on terminals, where a text changes in place and its width is to hold still. */
export const compact = (x: number, digits = 2): string => written(x, digits, COMPACT);

/** `12 %`, or `97.4 %` with a decimal. A share that is neither nothing nor everything is never shown as if it were. */
export function percent(share: number, decimals = 0): string {
  if (Number.isNaN(share)) return "NaN";
  const least = 10 ** -decimals;
  const percents = share * 100;
  if (share > 0 && percents < least) return `<${least} %`;
  if (share < 1 && percents > 100 - least) return `>${100 - least} %`;
  return `${percents.toFixed(decimals)} %`;
}

/** `1240` → `1,240` */
export const count = (n: number): string => grouped(Math.round(n));

/** Thousands set apart. One formatter for all: making it takes longer than using it a hundred times. */
export const { format: grouped } = new Intl.NumberFormat("en-US", { maximumFractionDigits: 12 });

/** A ratio that says how strongly something shrinks or grows: `4.2-fold`. Always at least 1. */
export const fold = (ratio: number, digits = 2): string =>
  t`${figure(ratio < 1 ? 1 / ratio : ratio, digits)}-fold`;

/** `1 step`, `1,240 steps`: the noun is English, whatever language texts are in. */
export const counted = (n: number, noun: string): string => numbered(n, count(n), noun);

/** A duration with the unit that suits it: `412 ms`, `2.1 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
