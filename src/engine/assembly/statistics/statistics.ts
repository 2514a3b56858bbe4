import { f32At, f64At, madd, scratch } from "../simd/memory";
import {
  addTwo,
  countLanes,
  countsOfTwo,
  firstLanes,
  leastOfTwo,
  loadLanes,
  mostOfTwo,
  sumLanes,
  sumPair,
} from "../simd/lanes";

/** Elements of one turn of a loop: eight vectors, two by two side by side. */
export const STRIDE: i32 = 32;

/** Elements whose sums are kept in single precision before they are added up in double: 128 in each lane of two vectors. */
export const BLOCK: i32 = 1024;

/**
 * Sums of squares of a block in single precision that are right: above it a square may have overflowed, below it squares
 * may have been lost to underflow. Outside, the block is summed again in double precision.
 */
export const LEAST: f32 = 1e-28;
export const MOST: f32 = 1e36;

/**
 * Where the variance is less than this part of the mean square, it is a small difference of large sums: these are then
 * summed again in double precision.
 */
const CANCELS: f64 = 1e-3;

/** Σx² of n elements, each squared in double precision. */
export function exactSquares(x: usize, n: i32): f64 {
  let a: v128 = f64x2.splat(0),
    b: v128 = a;
  const end = x + ((<usize>(n & ~3)) << 2);
  for (; x < end; x += 16) {
    const v = v128.load(x);
    const low = f64x2.promote_low_f32x4(v),
      high = f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0));
    a = f64x2.add(a, f64x2.mul(low, low));
    b = f64x2.add(b, f64x2.mul(high, high));
  }
  const pairs = f64x2.add(a, b);
  let sum = f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
  for (let i = n & 3; i > 0; i--, x += 4) sum += <f64>f32.load(x) * <f64>f32.load(x);
  return sum;
}

/** Whether n elements have the same bits as n others. */
export function isSame(x: usize, y: usize, n: i32): bool {
  let i = 0;
  for (; i + 16 <= n; i += 16, x += 64, y += 64) {
    const a = v128.xor(v128.load(x), v128.load(y)),
      b = v128.xor(v128.load(x, 16), v128.load(y, 16));
    const c = v128.xor(v128.load(x, 32), v128.load(y, 32)),
      d = v128.xor(v128.load(x, 48), v128.load(y, 48));
    if (v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) return false;
  }
  return memory.compare(x, y, (<usize>(n - i)) << 2) == 0;
}

/** Σ(y − x)² of n elements, each difference in double precision. */
export function exactDistance(x: usize, y: usize, n: i32): f64 {
  let a: v128 = f64x2.splat(0),
    b: v128 = a;
  const end = x + ((<usize>(n & ~3)) << 2);
  for (; x < end; x += 16, y += 16) {
    const v = v128.load(x),
      w = v128.load(y);
    const low = f64x2.sub(f64x2.promote_low_f32x4(w), f64x2.promote_low_f32x4(v));
    const high = f64x2.sub(
      f64x2.promote_low_f32x4(v128.shuffle<i64>(w, w, 1, 0)),
      f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0)),
    );
    a = f64x2.add(a, f64x2.mul(low, low));
    b = f64x2.add(b, f64x2.mul(high, high));
  }
  const pairs = f64x2.add(a, b);
  let sum = f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
  for (let i = n & 3; i > 0; i--, x += 4, y += 4) {
    const change = <f64>f32.load(y) - <f64>f32.load(x);
    sum += change * change;
  }
  return sum;
}

/** Whether single precision has taken this sum of squares rightly. */
// @ts-ignore: decorator
@inline
export function isSure(sum: f32): bool {
  return sum > LEAST && sum < MOST;
}

/** Σx² of the n elements of a block, for which single precision gives `sum`. */
// @ts-ignore: decorator
@inline
export function sureSquares(sum: f32, x: usize, n: i32): f64 {
  return isSure(sum) ? <f64>sum : exactSquares(x, n);
}

/** Σx² of n elements. */
export function squares(x: usize, n: i32): f64 {
  let total: f64 = 0;
  let left = n;
  while (left >= STRIDE) {
    const block = min(left, BLOCK) & -STRIDE;
    const end = x + ((<usize>block) << 2);
    const from = x;
    let s0: v128 = f32x4.splat(0),
      s1: v128 = s0;
    for (; x < end; x += (<usize>STRIDE) << 2) {
      s0 = f32x4.add(s0, squaresOfFour(v128.load(x), v128.load(x, 32), v128.load(x, 64), v128.load(x, 96)));
      s1 = f32x4.add(
        s1,
        squaresOfFour(v128.load(x, 16), v128.load(x, 48), v128.load(x, 80), v128.load(x, 112)),
      );
    }
    total += sureSquares(<f32>sumLanes(addTwo(s0, s1)), from, block);
    left -= block;
  }
  return total + exactSquares(x, left);
}

/** See `statisticsKernels.sumSquares`. */
export function sumSquares(n: i32, x: i32, out: i32): void {
  f64.store(f64At(out), squares(f32At(x), n));
}

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

/** a² + c² + e² + g²: only their sum has to wait for the one before. */
// @ts-ignore: decorator
@inline
export function squaresOfFour(a: v128, c: v128, e: v128, g: v128): v128 {
  return madd(g, g, madd(e, e, madd(c, c, f32x4.mul(a, a))));
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

const BINS: i32 = 64;
/** Exponent field of the f32 that falls into bin 0: 127 − 48. */
const FIRST: i32 = 79;
/** Counts of each bin: one a lane for even vectors and one for odd ones, so that equal neighbours do not wait for each other. */
const COUNTS: usize = 8;

/** Bytes of scratch for `histogram`. */
export const HISTOGRAM_SCRATCH: usize = <usize>BINS * COUNTS * 4;

/** See `statisticsKernels.histogram`. Bins by the exponent's bits. */
export function histogram(n: i32, at: i32, out: i32): void {
  const counts = scratch;
  const to = f64At(out);
  memory.fill(counts, 0, HISTOGRAM_SCRATCH);
  let x = f32At(at);
  const even = i32x4(0, 4, 8, 12),
    odd = i32x4(16, 20, 24, 28);
  const end = x + ((<usize>(n & ~7)) << 2);
  let zeros: v128 = i32x4.splat(0),
    broken: v128 = zeros;
  for (; x < end; x += 32) {
    const a = v128.and(v128.load(x), i32x4.splat(0x7fffffff)),
      b = v128.and(v128.load(x, 16), i32x4.splat(0x7fffffff));
    zeros = i32x4.sub(zeros, i32x4.add(i32x4.eq(a, i32x4.splat(0)), i32x4.eq(b, i32x4.splat(0))));
    broken = v128.or(
      broken,
      v128.or(i32x4.ge_s(a, i32x4.splat(0x7f800000)), i32x4.ge_s(b, i32x4.splat(0x7f800000))),
    );
    count(counts, v128.or(places(a), even));
    count(counts, v128.or(places(b), odd));
  }
  const zero = countLanes(zeros);
  for (let bin: usize = 0; bin < <usize>BINS; bin++) {
    const from = counts + bin * COUNTS * 4;
    f64.store(to + (bin << 3), <f64>countLanes(i32x4.add(v128.load(from), v128.load(from, 16))));
  }
  f64.store(to, f64.load(to) - <f64>zero);
  if (v128.any_true(broken)) uncount(f32At(at), n & ~7, to);
  for (let i = n & ~7; i < n; i++, x += 4) {
    const bits = i32.load(x) & 0x7fffffff;
    if (bits != 0 && bits < 0x7f800000) bump(to, bits, 1);
  }
}

/** Byte offsets of the counts of four magnitudes, as bits. */
// @ts-ignore: decorator
@inline
function places(bits: v128): v128 {
  const bins = i32x4.sub(i32x4.shr_u(bits, 23), i32x4.splat(FIRST));
  return i32x4.shl(i32x4.min_s(i32x4.max_s(bins, i32x4.splat(0)), i32x4.splat(BINS - 1)), 5);
}

// @ts-ignore: decorator
@inline
function count(counts: usize, offsets: v128): void {
  const low = i64x2.extract_lane(offsets, 0),
    high = i64x2.extract_lane(offsets, 1);
  const a = counts + <usize>(<u32>low),
    b = counts + <usize>(low >>> 32),
    c = counts + <usize>(<u32>high),
    d = counts + <usize>(high >>> 32);
  i32.store(a, i32.load(a) + 1);
  i32.store(b, i32.load(b) + 1);
  i32.store(c, i32.load(c) + 1);
  i32.store(d, i32.load(d) + 1);
}

/** Takes back what NaN and ±∞ have been counted as. */
function uncount(x: usize, n: i32, to: usize): void {
  for (let i = 0; i < n; i++) {
    const bits = i32.load(x + ((<usize>i) << 2)) & 0x7fffffff;
    if (bits >= 0x7f800000) bump(to, bits, -1);
  }
}

// @ts-ignore: decorator
@inline
function bump(to: usize, bits: i32, by: f64): void {
  const place = to + ((<usize>min(max((bits >> 23) - FIRST, 0), BINS - 1)) << 3);
  f64.store(place, f64.load(place) + by);
}

/** See `statisticsKernels.outside`. */
export function outside(n: i32, at: i32, low: f64, high: f64, out: i32): void {
  // The nearest f32 on the outer side of a bound that is no f32 itself would count one value wrongly: compare as doubles do.
  const lo = f32x4.splat(below(low));
  const hi = f32x4.splat(above(high));
  let x = f32At(at);
  let counts: v128 = i32x4.splat(0),
    others: v128 = counts;
  let i = 0;
  for (; i + STRIDE <= n; i += STRIDE, x += (<usize>STRIDE) << 2) {
    counts = i32x4.sub(
      counts,
      outsideOfFour(v128.load(x), v128.load(x, 32), v128.load(x, 64), v128.load(x, 96), lo, hi),
    );
    others = i32x4.sub(
      others,
      outsideOfFour(v128.load(x, 16), v128.load(x, 48), v128.load(x, 80), v128.load(x, 112), lo, hi),
    );
  }
  let all = countsOfTwo(counts, others);
  for (; i + 4 <= n; i += 4, x += 16) all = i32x4.sub(all, isOutside(v128.load(x), lo, hi));
  let count = countLanes(all);
  for (; i < n; i++, x += 4) {
    const v = <f64>f32.load(x);
    if (v <= low || v >= high) count++;
  }
  f64.store(f64At(out), <f64>count);
}

// @ts-ignore: decorator
@inline
function isOutside(x: v128, lo: v128, hi: v128): v128 {
  return v128.or(f32x4.le(x, lo), f32x4.le(hi, x));
}

/** In each lane, as a negative number, how many of four are outside. */
// @ts-ignore: decorator
@inline
function outsideOfFour(a: v128, c: v128, e: v128, g: v128, lo: v128, hi: v128): v128 {
  return i32x4.add(
    i32x4.add(isOutside(a, lo, hi), isOutside(c, lo, hi)),
    i32x4.add(isOutside(e, lo, hi), isOutside(g, lo, hi)),
  );
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

/** See `statisticsKernels.deadUnits`. */
export function deadUnits(outer: i32, channels: i32, inner: i32, at: i32, out: i32): void {
  let dead = 0;
  if (inner == 1) {
    let c = 0;
    for (; c + 16 <= channels; c += 16) dead += deadColumns(outer, channels, f32At(at + c));
    for (; c < channels; c += 4) dead += deadLanes(outer, channels, min(4, channels - c), f32At(at + c));
  } else {
    for (let c = 0; c < channels; c++) {
      let alive = false;
      for (let o = 0; o < outer && !alive; o++)
        alive = anyNonZero(f32At(at + (o * channels + c) * inner), inner);
      if (!alive) dead++;
    }
  }
  f64.store(f64At(out), <f64>dead);
}

/** Rows after which it is looked whether any column is still 0 throughout. */
const LOOK: i32 = 8;

/** Of sixteen columns side by side, a line of the cache, how many are 0 in every row. */
function deadColumns(rows: i32, width: i32, x: usize): i32 {
  const step = (<usize>width) << 2;
  let a: v128 = i32x4.splat(0),
    b: v128 = a,
    c: v128 = a,
    d: v128 = a;
  for (let r = 0; r < rows;) {
    for (const end = min(r + LOOK, rows); r < end; r++, x += step) {
      a = v128.or(a, v128.load(x));
      b = v128.or(b, v128.load(x, 16));
      c = v128.or(c, v128.load(x, 32));
      d = v128.or(d, v128.load(x, 48));
    }
    if (allNonZero(a) && allNonZero(b) && allNonZero(c) && allNonZero(d)) return 0;
  }
  return 16 - nonZeros(a) - nonZeros(b) - nonZeros(c) - nonZeros(d);
}

/** Whether there is a bit in every lane beside the sign, which zeros may have. */
// @ts-ignore: decorator
@inline
function allNonZero(bits: v128): bool {
  return i32x4.all_true(i32x4.shl(bits, 1));
}

// @ts-ignore: decorator
@inline
function nonZeros(bits: v128): i32 {
  return popcnt(i32x4.bitmask(i32x4.ne(i32x4.shl(bits, 1), i32x4.splat(0))));
}

/** The same of up to four columns. */
function deadLanes(rows: i32, width: i32, lanes: i32, x: usize): i32 {
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
