import { f32At, f64At, madd } from "./memory";
import { countLanes, loadLanes, sumLanes } from "./lanes";

/** Elements whose sums are kept in single precision before they are added up in double: 64 a lane. */
const BLOCK: i32 = 256;

/**
 * Sums of squares of a block in single precision that are right: above it a square may have overflowed, below it squares
 * may have been lost to underflow. Outside, the block is summed again in double precision.
 */
const LEAST: f32 = 1e-28;
const MOST: f32 = 1e36;

/**
 * Where the variance is less than this part of the mean square, it is a small difference of large sums: these are then
 * summed again in double precision.
 */
const CANCELS: f64 = 1e-3;

/** Σx² of n elements, each squared in double precision. */
export function exactSquares(x: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const v = <f64>f32.load(x + ((<usize>i) << 2));
    sum += v * v;
  }
  return sum;
}

/** Σx² of n elements. */
export function squares(x: usize, n: i32): f64 {
  let total: f64 = 0;
  let left = n;
  while (left >= 16) {
    const block = min(left, BLOCK) & ~15;
    const end = x + ((<usize>block) << 2);
    const from = x;
    let s0: v128 = f32x4.splat(0), s1: v128 = s0, s2: v128 = s0, s3: v128 = s0;
    for (; x < end; x += 64) {
      const a = v128.load(x), b = v128.load(x, 16), c = v128.load(x, 32), d = v128.load(x, 48);
      s0 = madd(a, a, s0);
      s1 = madd(b, b, s1);
      s2 = madd(c, c, s2);
      s3 = madd(d, d, s3);
    }
    const sum = <f32>sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
    total += sum > LEAST && sum < MOST ? <f64>sum : exactSquares(from, block);
    left -= block;
  }
  return total + exactSquares(x, left);
}

/** See `StatisticsKernels.sumSquares`. */
export function sumSquares(n: i32, x: i32, out: i32): void {
  f64.store(f64At(out), squares(f32At(x), n));
}

/** See `StatisticsKernels.summary`. */
export function summary(n: i32, at: i32, out: i32): void {
  const start = f32At(at);
  let x = start;
  let sum: f64 = 0;
  let total: f64 = 0;
  let least: v128 = f32x4.splat(Infinity);
  let most: v128 = f32x4.splat(-Infinity);
  let zeros: v128 = i32x4.splat(0);
  const nil: v128 = f32x4.splat(0);
  let left = n;
  while (left >= 8) {
    const block = min(left, BLOCK) & ~7;
    const end = x + ((<usize>block) << 2);
    const from = x;
    let s0: v128 = nil, s1: v128 = nil, q0: v128 = nil, q1: v128 = nil;
    for (; x < end; x += 32) {
      const a = v128.load(x), b = v128.load(x, 16);
      s0 = f32x4.add(s0, a);
      s1 = f32x4.add(s1, b);
      q0 = madd(a, a, q0);
      q1 = madd(b, b, q1);
      least = f32x4.min(least, f32x4.min(a, b));
      most = f32x4.max(most, f32x4.max(a, b));
      zeros = i32x4.sub(zeros, i32x4.add(f32x4.eq(a, nil), f32x4.eq(b, nil)));
    }
    const q = <f32>sumLanes(f32x4.add(q0, q1));
    sum += sumLanes(f32x4.add(s0, s1));
    total += q > LEAST && q < MOST ? <f64>q : exactSquares(from, block);
    left -= block;
  }
  let zero = countLanes(zeros);
  for (; left > 0; left--, x += 4) {
    const v = f32.load(x);
    sum += <f64>v;
    total += <f64>v * <f64>v;
    least = f32x4.min(least, f32x4.splat(v));
    most = f32x4.max(most, f32x4.splat(v));
    if (v == 0) zero++;
  }
  const to = f64At(out);
  f64.store(to, sum);
  f64.store(to, total, 8);
  if (total - (sum * sum) / n < CANCELS * total) exactMoments(start, n, to);
  f64.store(to, <f64>lane0(fold(least, false)), 16);
  f64.store(to, <f64>lane0(fold(most, true)), 24);
  f64.store(to, <f64>zero, 32);
  f64.store(to, <f64>(isFinite(total) ? 0 : countNonFinite(start, n)), 40);
}

/** Stores Σx and Σx² of n elements, all in double precision. */
function exactMoments(x: usize, n: i32, to: usize): void {
  let s: v128 = f64x2.splat(0), q: v128 = s;
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

/** In every lane the least or the greatest of all; NaN if any is. */
function fold(x: v128, greatest: bool): v128 {
  const y = v128.shuffle<i32>(x, x, 2, 3, 0, 1);
  const pairs = greatest ? f32x4.max(x, y) : f32x4.min(x, y);
  const z = v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2);
  return greatest ? f32x4.max(pairs, z) : f32x4.min(pairs, z);
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

const BINS: i32 = 64;
/** Exponent field of the f32 that falls into bin 0: 127 − 48. */
const FIRST: i32 = 79;

/** See `StatisticsKernels.histogram`. Bins by the exponent's bits; four counts a bin, so that equal neighbours do not wait for each other. */
export function histogram(n: i32, at: i32, out: i32): void {
  const x = f32At(at);
  const counts = memory.data(BINS * 4 * 4);
  memory.fill(counts, 0, BINS * 4 * 4);
  for (let i = 0; i < n; i++) {
    const bits = i32.load(x + ((<usize>i) << 2)) & 0x7fffffff;
    if (bits == 0 || bits >= 0x7f800000) continue;
    const bin = min(max((bits >> 23) - FIRST, 0), BINS - 1);
    const place = counts + (((<usize>bin) << 4) | (<usize>(i & 3) << 2));
    i32.store(place, i32.load(place) + 1);
  }
  const to = f64At(out);
  for (let bin = 0; bin < BINS; bin++) {
    const from = counts + ((<usize>bin) << 4);
    const count = i32.load(from) + i32.load(from, 4) + i32.load(from, 8) + i32.load(from, 12);
    f64.store(to + ((<usize>bin) << 3), <f64>count);
  }
}

/** See `StatisticsKernels.outside`. */
export function outside(n: i32, at: i32, low: f64, high: f64, out: i32): void {
  // The nearest f32 on the outer side of a bound that is no f32 itself would count one value wrongly: compare as doubles do.
  const lo = f32x4.splat(below(low));
  const hi = f32x4.splat(above(high));
  let x = f32At(at);
  let counts: v128 = i32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4, x += 16) {
    const v = v128.load(x);
    counts = i32x4.sub(counts, v128.or(f32x4.le(v, lo), f32x4.ge(v, hi)));
  }
  let count = countLanes(counts);
  for (; i < n; i++, x += 4) {
    const v = <f64>f32.load(x);
    if (v <= low || v >= high) count++;
  }
  f64.store(f64At(out), <f64>count);
}

/** The greatest f32 that is not above x. */
function below(x: f64): f32 {
  const y = <f32>x;
  return <f64>y <= x ? y : step(y, false);
}

/** The smallest f32 that is not below x. */
function above(x: f64): f32 {
  const y = <f32>x;
  return <f64>y >= x ? y : step(y, true);
}

/** The neighbour of a finite f32. */
function step(y: f32, up: bool): f32 {
  if (y == 0) return up ? reinterpret<f32>(1) : reinterpret<f32>(0x80000001);
  return reinterpret<f32>(reinterpret<i32>(y) + (y > 0 == up ? 1 : -1));
}

/** See `StatisticsKernels.deadUnits`. */
export function deadUnits(outer: i32, channels: i32, inner: i32, at: i32, out: i32): void {
  let dead = 0;
  if (inner == 1) {
    for (let c = 0; c < channels; c += 4) dead += deadColumns(outer, channels, min(4, channels - c), f32At(at + c));
  } else {
    for (let c = 0; c < channels; c++) {
      let alive = false;
      for (let o = 0; o < outer && !alive; o++) alive = anyNonZero(f32At(at + (o * channels + c) * inner), inner);
      if (!alive) dead++;
    }
  }
  f64.store(f64At(out), <f64>dead);
}

/** Of up to four columns side by side, how many are 0 in every row. Ends with the first row after which none is. */
function deadColumns(rows: i32, width: i32, lanes: i32, x: usize): i32 {
  const nil = f32x4.splat(0);
  const step = (<usize>width) << 2;
  let dead: v128 = i32x4.splat(-1);
  for (let r = 0; r < rows; r++, x += step) {
    dead = v128.and(dead, f32x4.eq(lanes == 4 ? v128.load(x) : loadLanes(x, lanes, 1), nil));
    if (!v128.any_true(dead)) return 0;
  }
  return -countLanes(dead);
}

function anyNonZero(x: usize, n: i32): bool {
  const nil = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4, x += 16) {
    if (!i32x4.all_true(f32x4.eq(v128.load(x), nil))) return true;
  }
  for (; i < n; i++, x += 4) {
    if (f32.load(x) != 0) return true;
  }
  return false;
}
