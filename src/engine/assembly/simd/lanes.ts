import { reduceScratch, LANES } from "./memory";

/** The low lanes plus the high ones, in double precision. */
// @ts-ignore: decorator
@inline
export function widen(x: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 0)));
}

/** Sum of two lanes in double precision. */
// @ts-ignore: decorator
@inline
export function sumPair(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** Sum of the four lanes, in double precision. */
// @ts-ignore: decorator
@inline
export function sumLanes(x: v128): f64 {
  return sumPair(widen(x));
}

/*
 * The host joins vectors, if it does, where they are stored side by side: sums of which a loop keeps several are stored before
 * they are added up.
 */

/** x0 + x1 */
// @ts-ignore: decorator
@inline
export function addTwo(x0: v128, x1: v128): v128 {
  if (LANES == 4) return f32x4.add(x0, x1);
  const at = reduceScratch;
  v128.store(at, x0);
  v128.store(at, x1, 16);
  return f32x4.add(v128.load(at), v128.load(at, 16));
}

/** (x0 + x1) + (x2 + x3) */
// @ts-ignore: decorator
@inline
export function addFour(x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  if (LANES == 4) return f32x4.add(f32x4.add(x0, x1), f32x4.add(x2, x3));
  const at = reduceScratch;
  v128.store(at, x0);
  v128.store(at, x1, 16);
  v128.store(at, x2, 32);
  v128.store(at, x3, 48);
  return f32x4.add(
    f32x4.add(v128.load(at), v128.load(at, 16)),
    f32x4.add(v128.load(at, 32), v128.load(at, 48)),
  );
}

/** The lesser of each two lanes, none of which is NaN. */
// @ts-ignore: decorator
@inline
export function leastOfTwo(x0: v128, x1: v128): v128 {
  if (LANES == 4) return f32x4.pmin(x0, x1);
  const at = reduceScratch;
  v128.store(at, x0);
  v128.store(at, x1, 16);
  return f32x4.pmin(v128.load(at), v128.load(at, 16));
}

/** The greater of each two lanes, none of which is NaN. */
// @ts-ignore: decorator
@inline
export function mostOfTwo(x0: v128, x1: v128): v128 {
  if (LANES == 4) return f32x4.pmax(x0, x1);
  const at = reduceScratch;
  v128.store(at, x0);
  v128.store(at, x1, 16);
  return f32x4.pmax(v128.load(at), v128.load(at, 16));
}

/** x0 + x1, of integers */
// @ts-ignore: decorator
@inline
export function countsOfTwo(x0: v128, x1: v128): v128 {
  if (LANES == 4) return i32x4.add(x0, x1);
  const at = reduceScratch;
  v128.store(at, x0);
  v128.store(at, x1, 16);
  return i32x4.add(v128.load(at), v128.load(at, 16));
}

/** Sum of four integer lanes. */
// @ts-ignore: decorator
@inline
export function countLanes(x: v128): i32 {
  return (
    i32x4.extract_lane(x, 0) + i32x4.extract_lane(x, 1) + i32x4.extract_lane(x, 2) + i32x4.extract_lane(x, 3)
  );
}

/** The first `lanes` elements at `from`, the others `fill`. Reads no further. */
export function loadLanes(from: usize, lanes: i32, fill: f32): v128 {
  let x = f32x4.splat(fill);
  if (lanes > 0) x = v128.load_lane<f32>(from, x, 0);
  if (lanes > 1) x = v128.load_lane<f32>(from, x, 1, 4);
  if (lanes > 2) x = v128.load_lane<f32>(from, x, 2, 8);
  return x;
}

/** Stores the first 1, 2 or 3 lanes. */
export function storeLanes(to: usize, x: v128, lanes: i32): void {
  v128.store_lane<f32>(to, x, 0);
  if (lanes > 1) v128.store_lane<f32>(to, x, 1, 4);
  if (lanes > 2) v128.store_lane<f32>(to, x, 2, 8);
}

const NUMBERS = memory.data<i32>([0, 1, 2, 3]);

/** All bits of the first lanes, of all four where `lanes` is more. */
// @ts-ignore: decorator
@inline
export function firstLanes(lanes: i32): v128 {
  return i32x4.lt_s(v128.load(NUMBERS), i32x4.splat(lanes));
}

/** Stores all lanes, or the first of them where there are fewer left. */
// @ts-ignore: decorator
@inline
export function storeUpTo(to: usize, x: v128, lanes: i32): void {
  if (lanes >= 4) v128.store(to, x);
  else storeLanes(to, x, lanes);
}
