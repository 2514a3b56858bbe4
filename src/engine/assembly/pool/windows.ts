/** The first k ≥ 0 for which start + k·step is not before 0. */
// @ts-ignore: decorator
@inline
export function enter(start: i32, step: i32): i32 {
  return start < 0 ? (step - 1 - start) / step : 0;
}

/** The first k for which start + k·step is not below `size`; at most `count`. */
// @ts-ignore: decorator
@inline
export function leave(start: i32, step: i32, size: i32, count: i32): i32 {
  const rest = size - start;
  return rest <= 0 ? 0 : min(count, (rest + step - 1) / step);
}
