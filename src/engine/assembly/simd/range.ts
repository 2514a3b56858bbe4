/*
 * Where PyTorch's floats overflow: what is summed in double precision, and is no statistic, is no number all the same where a
 * float does not hold it.
 */

/** The largest number of single precision. */
export const MOST_F32: f64 = 3.4028234663852886e38;

/** The sum, or ∞ where it is one of squares that a float does not hold. */
// @ts-ignore: decorator
@inline
export function inRange(squares: f64): f64 {
  return squares <= MOST_F32 ? squares : <f64>(<f32>squares);
}

/** The mean of n losses that have this sum, or the sum as a float where that is not finite. */
export function meanInRange(sum: f64, n: i32): f64 {
  const total = <f32>sum;
  return isFinite(total) ? sum / <f64>n : <f64>total;
}
