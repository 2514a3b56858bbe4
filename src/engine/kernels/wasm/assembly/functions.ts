import { madd } from "./memory";

/*
 * Elementary functions of four numbers at a time. All pass NaN on: `f32x4.min` and `max` do, whatever the order.
 * Error bounds are held by test/engine/wasm.test.ts.
 */

// @ts-ignore: decorator
@inline
function c(x: f32): v128 {
  return f32x4.splat(x);
}

/** eˣ; relative error below 2e-7. 0 below −87.3, ∞ above 88.7. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const clamped = f32x4.max(f32x4.min(x, c(88.72284)), c(-87.33655));
  const n = f32x4.nearest(f32x4.mul(clamped, c(1.44269504)));
  // ln 2 in two parts, so that the remainder keeps its digits (Cody & Waite)
  let r = f32x4.sub(clamped, f32x4.mul(n, c(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, c(-2.12194440e-4)));
  let p: v128 = c(1.9875691500e-4); // minimax polynomial of Cephes' expf
  p = madd(p, r, c(1.3981999507e-3));
  p = madd(p, r, c(8.3334519073e-3));
  p = madd(p, r, c(4.1665795894e-2));
  p = madd(p, r, c(1.6666665459e-1));
  p = madd(p, r, c(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), c(1));
  // 2ⁿ in two factors: n may be 128
  const half = i32x4.shr_s(i32x4.trunc_sat_f32x4_s(n), 1);
  const rest = i32x4.sub(i32x4.trunc_sat_f32x4_s(n), half);
  const low = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const high = i32x4.shl(i32x4.add(rest, i32x4.splat(127)), 23);
  const y = f32x4.mul(f32x4.mul(p, low), high);
  const over = v128.bitselect(c(Infinity), y, f32x4.gt(x, c(88.72284)));
  return v128.andnot(over, f32x4.lt(x, c(-87.33655)));
}

/** eˣ − 1; relative error below 4e-7. */
// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  let p: v128 = c(1.0 / 40320.0);
  p = madd(p, x, c(1.0 / 5040.0));
  p = madd(p, x, c(1.0 / 720.0));
  p = madd(p, x, c(1.0 / 120.0));
  p = madd(p, x, c(1.0 / 24.0));
  p = madd(p, x, c(1.0 / 6.0));
  p = madd(p, x, c(0.5));
  const near = madd(p, f32x4.mul(x, x), x);
  return v128.bitselect(near, f32x4.sub(exp4(x), c(1)), f32x4.lt(f32x4.abs(x), c(0.5)));
}

/** 1 / (1 + e⁻ˣ); relative error below 4e-7 above −87. */
// @ts-ignore: decorator
@inline
export function logistic4(x: v128): v128 {
  return f32x4.div(c(1), f32x4.add(c(1), exp4(f32x4.neg(x))));
}

/** Hyperbolic tangent: a rational minimax approximation on ±7.9, ±1 beyond; relative error below 4e-7. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const t = f32x4.max(f32x4.min(x, c(7.90531110763549805)), c(-7.90531110763549805));
  const s = f32x4.mul(t, t);
  let p: v128 = c(-2.76076847742355e-16);
  p = madd(p, s, c(2.00018790482477e-13));
  p = madd(p, s, c(-8.60467152213735e-11));
  p = madd(p, s, c(5.12229709037114e-8));
  p = madd(p, s, c(1.48572235717979e-5));
  p = madd(p, s, c(6.37261928875436e-4));
  p = madd(p, s, c(4.89352455891786e-3));
  let q: v128 = c(1.19825839466702e-6);
  q = madd(q, s, c(1.18534705686654e-4));
  q = madd(q, s, c(2.268434632439e-3));
  q = madd(q, s, c(4.89352518554385e-3));
  const y = f32x4.div(f32x4.mul(t, p), q);
  const one = v128.or(v128.and(x, c(-0.0)), c(1)); // with the sign of x
  return v128.bitselect(one, y, f32x4.gt(f32x4.abs(x), c(7.9)));
}

/** Error function: a rational minimax approximation on ±4; absolute error below 3e-7. */
// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
  const t = f32x4.max(f32x4.min(x, c(4)), c(-4));
  const s = f32x4.mul(t, t);
  let p: v128 = c(-2.72614225801306e-10);
  p = madd(p, s, c(2.77068142495902e-8));
  p = madd(p, s, c(-2.10102402082508e-6));
  p = madd(p, s, c(-5.69250639462346e-5));
  p = madd(p, s, c(-7.34990630326855e-4));
  p = madd(p, s, c(-2.95459980854025e-3));
  p = madd(p, s, c(-1.60960333262415e-2));
  let q: v128 = c(-1.45660718464996e-5);
  q = madd(q, s, c(-2.13374055278905e-4));
  q = madd(q, s, c(-1.68282697438203e-3));
  q = madd(q, s, c(-7.37332916720468e-3));
  q = madd(q, s, c(-1.42647390514189e-2));
  return f32x4.div(f32x4.mul(t, p), q);
}

/** ln(1 + e) for 0 ≤ e ≤ 1, as 2·artanh(e / (2 + e)); relative error below 4e-7. */
// @ts-ignore: decorator
@inline
function log1p4(e: v128): v128 {
  const s = f32x4.div(e, f32x4.add(e, c(2)));
  const z = f32x4.mul(s, s);
  let p: v128 = c(2.0 / 13.0);
  p = madd(p, z, c(2.0 / 11.0));
  p = madd(p, z, c(2.0 / 9.0));
  p = madd(p, z, c(2.0 / 7.0));
  p = madd(p, z, c(2.0 / 5.0));
  p = madd(p, z, c(2.0 / 3.0));
  p = madd(p, z, c(2));
  return f32x4.mul(p, s);
}

/** ln(1 + eˣ), without overflow. */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, c(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
}
