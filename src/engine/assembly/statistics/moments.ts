import {
  addTwo,
  countLanes,
  countsOfTwo,
  firstLanes,
  leastOfTwo,
  mostOfTwo,
  sumLanes,
  sumPair,
} from "../simd/lanes";
import { f32At, f64At } from "../simd/memory";
import { BLOCK, squaresOfFour, STRIDE, sureSquares } from "./squares";

/**
 * Where the variance is less than this part of the mean square, it is a small difference of large sums: these are then
 * summed again in double precision.
 */
const CANCELS: f64 = 1e-3;

/** See `statisticsKernels.moments`. */
export function moments(n: i32, at: i32, out: i32): void {
  overview(false, n, f32At(at), f64At(out));
}

/** See `statisticsKernels.summary`. */
export function summary(n: i32, at: i32, out: i32): void {
  overview(true, n, f32At(at), f64At(out));
}

/** Stores the figures of `MOMENTS`, and where `extremes` those of `SUMMARY`. */
// @ts-ignore: decorator
@inline
export function overview(extremes: bool, n: i32, start: usize, to: usize): void {
  const nil: v128 = f32x4.splat(0);
  let x = start;
  let sum: f64 = 0,
    total: f64 = 0;
  let least0: v128 = f32x4.splat(Infinity),
    least1: v128 = least0,
    most0: v128 = f32x4.splat(-Infinity),
    most1: v128 = most0;
  let zeros0: v128 = nil,
    zeros1: v128 = nil;
  let left = n;
  while (left >= STRIDE) {
    const block = min(left, BLOCK) & -STRIDE;
    const end = x + ((<usize>block) << 2);
    const from = x;
    let s0: v128 = nil,
      s1: v128 = nil,
      q0: v128 = nil,
      q1: v128 = nil;
    for (; x < end; x += (<usize>STRIDE) << 2) {
      const a = v128.load(x),
        c = v128.load(x, 32),
        e = v128.load(x, 64),
        g = v128.load(x, 96);
      s0 = f32x4.add(s0, sumOfFour(a, c, e, g));
      q0 = f32x4.add(q0, squaresOfFour(a, c, e, g));
      zeros0 = i32x4.sub(zeros0, zerosOfFour(a, c, e, g, nil));
      if (extremes) {
        least0 = f32x4.pmin(least0, f32x4.pmin(f32x4.pmin(a, c), f32x4.pmin(e, g)));
        most0 = f32x4.pmax(most0, f32x4.pmax(f32x4.pmax(a, c), f32x4.pmax(e, g)));
      }
      const b = v128.load(x, 16),
        d = v128.load(x, 48),
        f = v128.load(x, 80),
        h = v128.load(x, 112);
      s1 = f32x4.add(s1, sumOfFour(b, d, f, h));
      q1 = f32x4.add(q1, squaresOfFour(b, d, f, h));
      zeros1 = i32x4.sub(zeros1, zerosOfFour(b, d, f, h, nil));
      if (extremes) {
        least1 = f32x4.pmin(least1, f32x4.pmin(f32x4.pmin(b, d), f32x4.pmin(f, h)));
        most1 = f32x4.pmax(most1, f32x4.pmax(f32x4.pmax(b, d), f32x4.pmax(f, h)));
      }
    }
    sum += sumLanes(addTwo(s0, s1));
    total += sureSquares(<f32>sumLanes(addTwo(q0, q1)), from, block);
    left -= block;
  }
  let zeros = countsOfTwo(zeros0, zeros1);
  let least = leastOfTwo(least0, least1),
    most = mostOfTwo(most0, most1);
  let sums: v128 = f64x2.splat(0),
    products = sums;
  for (; left > 0; left -= 4, x += 16) {
    const own = firstLanes(left);
    const v = v128.and(v128.load(x), own);
    const low = f64x2.promote_low_f32x4(v),
      high = f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0));
    sums = f64x2.add(sums, f64x2.add(low, high));
    products = f64x2.add(products, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    zeros = i32x4.sub(zeros, v128.and(f32x4.eq(v, nil), own));
    if (extremes) {
      least = f32x4.pmin(least, v128.bitselect(v, f32x4.splat(Infinity), own));
      most = f32x4.pmax(most, v128.bitselect(v, f32x4.splat(-Infinity), own));
    }
  }
  sum += sumPair(sums);
  total += sumPair(products);
  const finite = settle(n, start, sum, total, <f64>countLanes(zeros), to);
  if (!extremes) return;
  // An infinity has been compared like any number, a NaN has not.
  const nan = !finite && hasNaN(start, n);
  // Which of two zeros has been found first is no matter: plus 0 it is the positive one.
  f64.store(to, nan ? NaN : <f64>lane0(reduce(least, false)) + 0, 32);
  f64.store(to, nan ? NaN : <f64>lane0(reduce(most, true)) + 0, 40);
}

/** Stores the figures of `MOMENTS` of n elements with these sums, which are taken anew where they cancel. Gives whether all are finite. */
// @ts-ignore: decorator
@inline
export function settle(n: i32, x: usize, sum: f64, total: f64, zeros: f64, to: usize): bool {
  f64.store(to, sum);
  f64.store(to, total, 8);
  // A sum of single precision may also have overflowed, to NaN where it did so in both directions.
  if (!(total * n * (1 - CANCELS) >= sum * sum)) exactMoments(x, n, to);
  const finite = isFinite(total);
  f64.store(to, zeros, 16);
  f64.store(to, <f64>(finite ? 0 : countNonFinite(x, n)), 24);
  return finite;
}

/** a + c + e + g, likewise. */
// @ts-ignore: decorator
@inline
export function sumOfFour(a: v128, c: v128, e: v128, g: v128): v128 {
  return f32x4.add(f32x4.add(a, c), f32x4.add(e, g));
}

/** In each lane, as a negative number, how many of four are 0. */
// @ts-ignore: decorator
@inline
export function zerosOfFour(a: v128, c: v128, e: v128, g: v128, nil: v128): v128 {
  return i32x4.add(
    i32x4.add(f32x4.eq(a, nil), f32x4.eq(c, nil)),
    i32x4.add(f32x4.eq(e, nil), f32x4.eq(g, nil)),
  );
}

/** Stores Σx and Σx² of n elements, all in double precision. */
function exactMoments(x: usize, n: i32, to: usize): void {
  let s: v128 = f64x2.splat(0),
    q: v128 = s;
  let i = 0;
  for (; i + 2 <= n; i += 2, x += 8) {
    const v = f64x2.promote_low_f32x4(v128.load64_zero(x));
    s = f64x2.add(s, v);
    q = f64x2.add(q, f64x2.mul(v, v));
  }
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  let total = f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
  if (i < n) {
    const v = <f64>f32.load(x);
    sum += v;
    total += v * v;
  }
  f64.store(to, sum);
  f64.store(to, total, 8);
}

/** In every lane the least or the greatest of all, none of which is NaN. */
function reduce(x: v128, greatest: bool): v128 {
  const y = v128.shuffle<i32>(x, x, 2, 3, 0, 1);
  const pairs = greatest ? f32x4.pmax(x, y) : f32x4.pmin(x, y);
  const z = v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2);
  return greatest ? f32x4.pmax(pairs, z) : f32x4.pmin(pairs, z);
}

// @ts-ignore: decorator
@inline
function lane0(x: v128): f32 {
  return f32x4.extract_lane(x, 0);
}

/** Only where a sum of squares says that there is one. */
function countNonFinite(x: usize, n: i32): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const v = f32.load(x + ((<usize>i) << 2));
    if (v - v != 0) count++;
  }
  return count;
}

function hasNaN(x: usize, n: i32): bool {
  for (let i = 0; i < n; i++) {
    const v = f32.load(x + ((<usize>i) << 2));
    if (v != v) return true;
  }
  return false;
}
