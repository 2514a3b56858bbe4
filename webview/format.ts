const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** `-12` → `⁻¹²` */
export const superscript = (n: number): string =>
  [...String(n)].map((c) => (c === "-" ? "⁻" : (SUPERSCRIPTS[Number(c)] ?? c))).join("");

/** A power of ten as an axis labels it: `10⁻³`, and `1` and `10` as themselves. */
export const powerOfTen = (exponent: number): string =>
  exponent === 0 ? "1" : exponent === 1 ? "10" : `10${superscript(exponent)}`;

/**
 * A number with so many significant digits: plain between a hundredth and ten thousand, else as `3.1·10⁻¹²`.
 * `NaN`, `∞` and `0` are words of their own.
 */
export function figure(x: number, digits = 2): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const sign = x < 0 ? "−" : "";
  const size = Number(Math.abs(x).toPrecision(digits));
  if (size >= 1e4 || size < 1e-2) return sign + scientific(size, digits);
  return sign + (size >= 10 ** digits ? count(size) : size.toPrecision(digits));
}

function scientific(size: number, digits: number): string {
  const [mantissa = "", exponent = ""] = size.toExponential(digits - 1).split("e");
  const power = `10${superscript(Number(exponent))}`;
  return mantissa === "1" ? power : `${mantissa}·${power}`;
}

/** `1240` → `1,240` */
export const count = (n: number): string => grouped(Math.round(n));

/** Thousands set apart. One formatter for all: making it takes longer than using it a hundred times. */
export const { format: grouped } = new Intl.NumberFormat("en-US", { maximumFractionDigits: 12 });

/** A ratio that says how strongly something shrinks or grows: `4.2-fold`. Always at least 1. */
export const fold = (ratio: number): string => `${figure(ratio < 1 ? 1 / ratio : ratio)}-fold`;

/** `1 step`, `1,240 steps` */
export const counted = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

/** A duration with the unit that suits it: `412 ms`, `2.1 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The fewest letters that a shortened name keeps. */
const LEAST = 4;

/** The name as it is, or with so much of its middle left out that it fits: both ends tell names apart. */
export function shortened(name: string, fits: (text: string) => boolean): string {
  if (fits(name)) return name;
  const letters = [...name];
  let [kept, tooMany] = [Math.min(LEAST, letters.length), letters.length];
  while (tooMany - kept > 1) {
    const middle = (kept + tooMany) >> 1;
    if (fits(ends(letters, middle))) kept = middle;
    else tooMany = middle;
  }
  return ends(letters, kept);
}

const ends = (letters: readonly string[], kept: number): string =>
  [
    ...letters.slice(0, Math.ceil(kept / 2)),
    "…",
    ...letters.slice(letters.length - Math.floor(kept / 2)),
  ].join("");
