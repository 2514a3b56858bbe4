/**
 * `0.24`, `12`, `3.1e-7`: as many significant digits always, so that a text that changes twice a second keeps its
 * width. `NaN`, `∞` and `-∞` as they are.
 */
export function figure(x: number, digits = 2): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "-∞";
  if (x === 0) return "0";
  const exponential = x.toExponential(digits - 1);
  const exponent = Number(exponential.slice(exponential.indexOf("e") + 1));
  if (exponent < -3 || exponent > 3) return exponential.replace("e+", "e");
  return exponent < digits ? x.toPrecision(digits) : String(Number(exponential));
}

/** `84,161`. */
export const count = (n: number): string => Math.round(n).toLocaleString("en-US");

/** `12 %`. A share that is neither nothing nor everything is never shown as if it were. */
export function percent(share: number): string {
  if (Number.isNaN(share)) return "NaN";
  if (share > 0 && share < 0.01) return "<1 %";
  if (share < 1 && share > 0.99) return ">99 %";
  return `${Math.round(share * 100)} %`;
}

/** `1 layer`, `20 layers`. */
export const plural = (n: number, thing: string): string => `${count(n)} ${thing}${n === 1 ? "" : "s"}`;
