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

/** Sum of four integer lanes. */
// @ts-ignore: decorator
@inline
export function countLanes(x: v128): i32 {
  return i32x4.extract_lane(x, 0) + i32x4.extract_lane(x, 1) + i32x4.extract_lane(x, 2) + i32x4.extract_lane(x, 3);
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
