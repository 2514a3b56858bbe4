import { madd } from "./memory";

/* The logarithm of four numbers at a time. Error bounds are held by test/engine/wasmLosses.test.ts. */

const ROOT_HALF: i32 = 0x3f3504f3; // bits of √½
const LEAST_NORMAL: f32 = 1.17549435e-38;

// Loaded where they are used: an engine builds a constant that is written in a loop anew each time.
const POLYNOMIAL = memory.data<f32>([
  7.0376836292e-2,
  -1.151461031e-1,
  1.167699874e-1,
  -1.2420140846e-1,
  1.4249322787e-1, // Cephes' logf, minimax
  -1.6668057665e-1,
  2.0000714765e-1,
  -2.4999993993e-1,
  3.3333331174e-1,
]);
const LN2 = memory.data<f32>([-2.1219444e-4, 0.693359375]); // in two parts, so that the sum keeps its digits
const OTHERS = memory.data<f32>([1, -0.5, LEAST_NORMAL, 8388608]);

// @ts-ignore: decorator
@inline
function load(table: usize, i: usize): v128 {
  return v128.load32_splat(table + (i << 2));
}

/** ln x; relative error below 2e-7. −∞ of 0, NaN below it. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  // x = m · 2ᵉ with √½ ≤ m < √2; denormals are brought into the normal range first
  const small = f32x4.lt(x, load(OTHERS, 2));
  const normal = v128.bitselect(f32x4.mul(x, load(OTHERS, 3)), x, small);
  const bits = i32x4.sub(normal, i32x4.splat(ROOT_HALF));
  const exponent = i32x4.sub(i32x4.shr_s(bits, 23), v128.and(small, i32x4.splat(23)));
  const e = f32x4.convert_i32x4_s(exponent);
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x7fffff)), i32x4.splat(ROOT_HALF));
  const f = f32x4.sub(m, load(OTHERS, 0));
  const z = f32x4.mul(f, f);
  let p = load(POLYNOMIAL, 0);
  p = madd(p, f, load(POLYNOMIAL, 1));
  p = madd(p, f, load(POLYNOMIAL, 2));
  p = madd(p, f, load(POLYNOMIAL, 3));
  p = madd(p, f, load(POLYNOMIAL, 4));
  p = madd(p, f, load(POLYNOMIAL, 5));
  p = madd(p, f, load(POLYNOMIAL, 6));
  p = madd(p, f, load(POLYNOMIAL, 7));
  p = madd(p, f, load(POLYNOMIAL, 8));
  let y = madd(e, load(LN2, 0), f32x4.mul(f32x4.mul(p, f), z));
  y = madd(e, load(LN2, 1), f32x4.add(f, madd(z, load(OTHERS, 1), y)));
  const infinity = f32x4.splat(Infinity);
  const finite = v128.bitselect(y, x, f32x4.lt(x, infinity)); // ∞ and NaN stay what they are
  const zero = f32x4.splat(0);
  return v128.bitselect(f32x4.neg(infinity), v128.or(finite, f32x4.lt(x, zero)), f32x4.eq(x, zero));
}

/** ln(1 + x) for −1 ≤ x ≤ 1; relative error below 4e-7, however small x is. */
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  const one = load(OTHERS, 0);
  const u = f32x4.add(one, x);
  const lost = f32x4.sub(x, f32x4.sub(u, one)); // what rounding took from u, exactly
  const rest = f32x4.div(lost, u);
  return f32x4.add(log4(u), v128.andnot(rest, f32x4.eq(u, f32x4.splat(0))));
}
