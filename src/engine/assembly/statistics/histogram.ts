import { countLanes } from "../simd/lanes";
import { f32At, f64At, scratch } from "../simd/memory";

const BINS: i32 = 64;
/** Exponent field of the f32 that falls into bin 0: 127 − 48. */
const FIRST: i32 = 79;
/** Counts of each bin: one a lane for even vectors and one for odd ones, so that equal neighbours do not wait for each other. */
const COUNTS: usize = 8;

/** Bytes of scratch for `histogram`. */
const HISTOGRAM_SCRATCH: usize = <usize>BINS * COUNTS * 4;

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
