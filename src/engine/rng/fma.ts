const single = Math.fround;

/** a·b + c of single precision numbers, rounded once, as a processor's fused multiply-add does. */
export function fma(a: number, b: number, c: number): number {
  const product = a * b; // exact: 24 + 24 bits of 53
  const sum = product + c;
  const nearest = single(sum);
  const rest = sum - nearest;
  const other = nearest + 2 * rest;
  if (rest === 0 || single(other) !== other) return nearest;
  // `sum` is half way between two singles, so what its own rounding lost decides (Knuth, TAOCP 2, §4.2.2, theorem B).
  const addend = sum - product;
  const lost = product - (sum - addend) + (c - addend);
  return lost !== 0 && lost > 0 === rest > 0 ? other : nearest;
}
