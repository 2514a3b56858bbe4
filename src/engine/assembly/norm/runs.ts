import { addFour, sumLanes } from "../simd/lanes";
import { madd, elementAt } from "../simd/memory";

/*
 * Sums and maps over elements that lie one after the other: a channel of one sample, or a row. Sums are kept in single
 * precision over a run of 256 elements, in four registers that do not wait for each other, and in double beyond.
 */

const RUN: i32 = 256;

// @ts-ignore: decorator
@inline
function c4(x: f32): v128 {
  return f32x4.splat(x);
}

const SUM: i32 = 0;
const SPREAD: i32 = 1;
const DOT: i32 = 2;

/** What four elements add to a sum of one of these kinds; `kind` is a constant wherever this is inlined. */
// @ts-ignore: decorator
@inline
function term(kind: i32, x: v128, y: v128, mean: v128, sum: v128): v128 {
  if (kind == SUM) return f32x4.add(sum, x);
  const centred = f32x4.sub(x, mean);
  return madd(centred, kind == DOT ? y : centred, sum);
}

// @ts-ignore: decorator
@inline
function total(kind: i32, x: usize, y: usize, n: i32, mean: f32): f64 {
  const mu = c4(mean);
  let sum: f64 = 0;
  let left = n;
  while (left >= 16) {
    const block = min(left, RUN) & ~15;
    const end = elementAt(x, block);
    let s0 = c4(0),
      s1 = s0,
      s2 = s0,
      s3 = s0;
    for (; x < end; x += 64, y += 64) {
      s0 = term(kind, v128.load(x), v128.load(y), mu, s0);
      s1 = term(kind, v128.load(x, 16), v128.load(y, 16), mu, s1);
      s2 = term(kind, v128.load(x, 32), v128.load(y, 32), mu, s2);
      s3 = term(kind, v128.load(x, 48), v128.load(y, 48), mu, s3);
    }
    sum += sumLanes(addFour(s0, s1, s2, s3));
    left -= block;
  }
  if (left >= 4) {
    let s = c4(0);
    for (; left >= 4; left -= 4, x += 16, y += 16) s = term(kind, v128.load(x), v128.load(y), mu, s);
    sum += sumLanes(s);
  }
  for (; left > 0; left--, x += 4, y += 4) {
    const v = f32.load(x);
    const centred = <f64>(v - mean);
    if (kind == SUM) sum += <f64>v;
    else sum += centred * (kind == DOT ? <f64>f32.load(y) : centred);
  }
  return sum;
}

/** Σx */
export function sumOf(x: usize, n: i32): f64 {
  const sum = total(SUM, x, x, n, 0);
  return isFinite(sum) ? sum : exactSum(x, n);
}

/** Σx in double precision, where single has overflowed. */
function exactSum(x: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += <f64>f32.load(elementAt(x, i));
  return sum;
}

/** Σ(x − mean)² */
export function spreadOf(x: usize, n: i32, mean: f32): f64 {
  return total(SPREAD, x, x, n, mean);
}

/** Σ(x − mean)·y */
export function dotOf(x: usize, y: usize, n: i32, mean: f32): f64 {
  return total(DOT, x, y, n, mean);
}

/** y = (x − mean) · scale + shift */
export function scaleRun(x: usize, y: usize, n: i32, mean: f32, scale: f32, shift: f32): void {
  const mu = c4(mean),
    k = c4(scale),
    b = c4(shift);
  let left = n;
  for (; left >= 8; left -= 8, x += 32, y += 32) {
    const low = madd(f32x4.sub(v128.load(x), mu), k, b),
      high = madd(f32x4.sub(v128.load(x, 16), mu), k, b);
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  for (; left >= 4; left -= 4, x += 16, y += 16) v128.store(y, madd(f32x4.sub(v128.load(x), mu), k, b));
  for (; left > 0; left--, x += 4, y += 4) f32.store(y, (f32.load(x) - mean) * scale + shift);
}

/** dx = dy · scale + (x − mean) · slope + shift */
export function backRun(
  x: usize,
  dy: usize,
  dx: usize,
  n: i32,
  mean: f32,
  scale: f32,
  slope: f32,
  shift: f32,
): void {
  const mu = c4(mean),
    k = c4(scale),
    s = c4(slope),
    b = c4(shift);
  let left = n;
  for (; left >= 8; left -= 8, x += 32, dy += 32, dx += 32) {
    const low = madd(f32x4.sub(v128.load(x), mu), s, madd(v128.load(dy), k, b));
    const high = madd(f32x4.sub(v128.load(x, 16), mu), s, madd(v128.load(dy, 16), k, b));
    v128.store(dx, low);
    v128.store(dx, high, 16);
  }
  for (; left >= 4; left -= 4, x += 16, dy += 16, dx += 16) {
    v128.store(dx, madd(f32x4.sub(v128.load(x), mu), s, madd(v128.load(dy), k, b)));
  }
  for (; left > 0; left--, x += 4, dy += 4, dx += 4) {
    f32.store(dx, (f32.load(x) - mean) * slope + (f32.load(dy) * scale + shift));
  }
}
