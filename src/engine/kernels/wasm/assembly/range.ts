/*
 * Where PyTorch's floats overflow. Losses are summed in double precision: what a float does not hold is no number all the same.
 */

/** The largest number of single precision. */
export const MOST_F32: f64 = 3.4028234663852886e38;

/** The mean of n losses that have this sum, or the sum as a float where that is not finite. */
export function meanInRange(sum: f64, n: i32): f64 {
  const total = <f32>sum;
  return isFinite(total) ? sum / <f64>n : <f64>total;
}
