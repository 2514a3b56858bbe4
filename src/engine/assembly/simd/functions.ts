import { madd } from "./memory";

/*
 * Elementary functions of four numbers at a time. All pass NaN on: the first operand of `pmin` and `pmax` stands where a
 * comparison is false. Error bounds are held by test/engine/wasm.test.ts.
 *
 * Coefficients lie in memory: V8 builds a literal vector anew at each use, while a load that repeats one number costs
 * next to nothing.
 */

// @ts-ignore: decorator
@inline
function c(x: f32): v128 {
  return f32x4.splat(x);
}

/** Number `i` of a table in all lanes. */
// @ts-ignore: decorator
@inline
function k(table: usize, i: usize): v128 {
  return v128.load32_splat(table + (i << 2));
}

/**
 * The same; `again` by another instruction, so that the compiler does not keep for it what it has loaded before. Where two vectors
 * of eight go through a function side by side, there are not enough registers for that, and what does not fit is put on the stack
 * in each turn of the loop: three times as slow wherever such a place lies across two pages.
 */
// @ts-ignore: decorator
@inline
function coefficient(table: usize, i: usize, again: bool): v128 {
  return again ? f32x4.splat(f32.load(table + (i << 2))) : v128.load32_splat(table + (i << 2));
}

/** log₂e; 1.5·2²³, which rounds to integers; −ln 2 in two parts, so that the remainder keeps its digits (Cody & Waite); the minimax polynomial of Cephes' expf; bounds. */
const EXP: usize = memory.data<f32>([
  1.44269504, 12582912, -0.693359375, 2.1219444e-4, 1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3,
  4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, 88.72284, -87.33654,
]);

/** eˣ of −87.33654 … 88.72284, and of what lies beyond that of the nearer bound; relative error below 2e-7. */
// @ts-ignore: decorator
@inline
function boundedExp4(x: v128, again: bool): v128 {
  const t = f32x4.pmax(f32x4.pmin(x, k(EXP, 11)), k(EXP, 12));
  const shifted = madd(t, k(EXP, 0), k(EXP, 1));
  const n = f32x4.sub(shifted, k(EXP, 1));
  const r = madd(n, k(EXP, 3), madd(n, k(EXP, 2), t));
  let p = k(EXP, 4);
  p = madd(p, r, k(EXP, 5));
  p = madd(p, r, k(EXP, 6));
  p = madd(p, r, coefficient(EXP, 7, again));
  p = madd(p, r, coefficient(EXP, 8, again));
  p = madd(p, r, coefficient(EXP, 9, again));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), k(EXP, 10));
  return i32x4.add(p, i32x4.shl(shifted, 23)); // times 2ⁿ: n is in the last bits of `shifted`
}

/** eˣ; relative error below 2e-7. 0 below −87.3, ∞ above 88.7. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const y = v128.bitselect(c(Infinity), boundedExp4(x, false), f32x4.gt(x, k(EXP, 11)));
  return v128.andnot(y, f32x4.lt(x, k(EXP, 12)));
}

/** 1/n! from n = 8 down to 2. */
const EXPM1: usize = memory.data<f32>([
  1.0 / 40320.0,
  1.0 / 5040.0,
  1.0 / 720.0,
  1.0 / 120.0,
  1.0 / 24.0,
  1.0 / 6.0,
  0.5,
]);

/** eˣ − 1; relative error below 4e-7. */
// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  let p = k(EXPM1, 0);
  p = madd(p, x, k(EXPM1, 1));
  p = madd(p, x, k(EXPM1, 2));
  p = madd(p, x, k(EXPM1, 3));
  p = madd(p, x, k(EXPM1, 4));
  p = madd(p, x, k(EXPM1, 5));
  p = madd(p, x, k(EXPM1, 6));
  const near = madd(p, f32x4.mul(x, x), x);
  return v128.bitselect(near, f32x4.sub(exp4(x), c(1)), f32x4.lt(f32x4.abs(x), c(0.5)));
}

/** 1 / (1 + e⁻ˣ); relative error below 4e-7 above −87.3, 0 below. */
// @ts-ignore: decorator
@inline
export function logistic4(x: v128): v128 {
  return logisticAgain(x, false);
}

/** The same; `again`: see `coefficient`. */
// @ts-ignore: decorator
@inline
export function logisticAgain(x: v128, again: bool): v128 {
  const y = f32x4.div(k(EXP, 10), f32x4.add(k(EXP, 10), boundedExp4(f32x4.neg(x), again)));
  return v128.andnot(y, f32x4.lt(x, k(EXP, 12)));
}

/** Numerator and denominator of a rational minimax approximation, in x²; a point where it has reached 1, with or without fused multiplication; ±1. */
const TANH: usize = memory.data<f32>([
  -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8,
  1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3, 1.19825839466702e-6, 1.18534705686654e-4,
  2.268434632439e-3, 4.89352518554385e-3, 8.095660209655762, -8.095660209655762, 1, -1,
]);

/** Hyperbolic tangent; ±1 beyond ±8.1; relative error below 4e-7. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  return tanhAgain(x, false);
}

/** The same; `again`: see `coefficient`. */
// @ts-ignore: decorator
@inline
export function tanhAgain(x: v128, again: bool): v128 {
  const t = f32x4.pmax(f32x4.pmin(x, k(TANH, 11)), k(TANH, 12));
  const s = f32x4.mul(t, t);
  let p = k(TANH, 0);
  p = madd(p, s, k(TANH, 1));
  p = madd(p, s, k(TANH, 2));
  p = madd(p, s, k(TANH, 3));
  p = madd(p, s, k(TANH, 4));
  p = madd(p, s, k(TANH, 5));
  p = madd(p, s, k(TANH, 6));
  let q = k(TANH, 7);
  q = madd(q, s, k(TANH, 8));
  q = madd(q, s, coefficient(TANH, 9, again));
  q = madd(q, s, coefficient(TANH, 10, again));
  const y = f32x4.div(f32x4.mul(t, p), q);
  return f32x4.pmax(f32x4.pmin(y, k(TANH, 13)), k(TANH, 14));
}

/** Numerator and denominator of a rational minimax approximation on ±4, in x²; its bounds. */
const ERF: usize = memory.data<f32>([
  -2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5,
  -7.34990630326855e-4, -2.95459980854025e-3, -1.60960333262415e-2, -1.45660718464996e-5,
  -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3, -1.42647390514189e-2, 4, -4,
]);

/** Error function; absolute error below 3e-7. */
// @ts-ignore: decorator
@inline
export function erf4(x: v128, again: bool): v128 {
  const t = f32x4.pmax(f32x4.pmin(x, k(ERF, 12)), k(ERF, 13));
  const s = f32x4.mul(t, t);
  let p = k(ERF, 0);
  p = madd(p, s, k(ERF, 1));
  p = madd(p, s, k(ERF, 2));
  p = madd(p, s, k(ERF, 3));
  p = madd(p, s, k(ERF, 4));
  p = madd(p, s, k(ERF, 5));
  p = madd(p, s, k(ERF, 6));
  let q = coefficient(ERF, 7, again);
  q = madd(q, s, coefficient(ERF, 8, again));
  q = madd(q, s, coefficient(ERF, 9, again));
  q = madd(q, s, coefficient(ERF, 10, again));
  q = madd(q, s, coefficient(ERF, 11, again));
  return f32x4.div(f32x4.mul(t, p), q);
}

/** 2/(2i + 1) from i = 6 down to 0. */
const LOG1P: usize = memory.data<f32>([
  2.0 / 13.0,
  2.0 / 11.0,
  2.0 / 9.0,
  2.0 / 7.0,
  2.0 / 5.0,
  2.0 / 3.0,
  2,
]);

/** ln(1 + e) for 0 ≤ e ≤ 1, as 2·artanh(e / (2 + e)); relative error below 4e-7. */
// @ts-ignore: decorator
@inline
function log1p4(e: v128): v128 {
  const s = f32x4.div(e, f32x4.add(e, k(LOG1P, 6)));
  const z = f32x4.mul(s, s);
  let p = k(LOG1P, 0);
  p = madd(p, z, k(LOG1P, 1));
  p = madd(p, z, k(LOG1P, 2));
  p = madd(p, z, k(LOG1P, 3));
  p = madd(p, z, k(LOG1P, 4));
  p = madd(p, z, k(LOG1P, 5));
  p = madd(p, z, k(LOG1P, 6));
  return f32x4.mul(p, s);
}

/** ln(1 + eˣ), without overflow. */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, c(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
}
