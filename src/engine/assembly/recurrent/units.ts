import { loadLanes, storeLanes } from "../simd/lanes";

// Units side by side in the lanes: four at a time, then the rest of a row. `lanes` is 4 in the loops, where it costs nothing.
// Where the host joins vectors, eight at a time go first: all loads of both halves, those of coefficients too, then the stores.

// @ts-ignore: decorator
@inline
export function get(at: usize, lanes: i32): v128 {
  return lanes >= 4 ? v128.load(at) : loadLanes(at, lanes, 0);
}

// @ts-ignore: decorator
@inline
export function set(at: usize, x: v128, lanes: i32): void {
  if (lanes >= 4) v128.store(at, x);
  else storeLanes(at, x, lanes);
}

// @ts-ignore: decorator
@inline
export function bytes(elements: i32): usize {
  return (<usize>elements) << 2;
}

// @ts-ignore: decorator
@inline
export function one(): v128 {
  return f32x4.splat(1);
}
