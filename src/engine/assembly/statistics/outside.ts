import { countLanes, countsOfTwo } from "../simd/lanes";
import { f32At, f64At } from "../simd/memory";
import { STRIDE } from "./squares";

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
