import { addTwo, sumLanes } from "../simd/lanes";
import { f32At, f64At, madd } from "../simd/memory";

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

/** a² + c² + e² + g²: only their sum has to wait for the one before. */
// @ts-ignore: decorator
@inline
export function squaresOfFour(a: v128, c: v128, e: v128, g: v128): v128 {
  return madd(g, g, madd(e, e, madd(c, c, f32x4.mul(a, a))));
}
