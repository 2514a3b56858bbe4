import { sumPair } from "../simd/lanes";
import { f32At, f64At } from "../simd/memory";
import { meanInRange, MOST_F32 } from "../simd/range";

/*
 * Losses of a number against a number. In double precision, two elements at a time, as the scalar kernels compute: there are few
 * elements of a model's output.
 */

const MSE: i32 = 0;
const L1: i32 = 1;
const HUBER: i32 = 2;

/** ∂/∂e of the loss of an error e; `kind` is a constant wherever this is inlined. */
// @ts-ignore: decorator
@inline
function slopeOf(kind: i32, e: v128, delta: v128): v128 {
  if (kind == MSE) return f64x2.add(e, e);
  if (kind == HUBER) return f64x2.pmax(f64x2.pmin(e, delta), f64x2.neg(delta)); // e where it is NaN
  const sign = v128.or(v128.and(e, f64x2.splat(-0.0)), f64x2.splat(1));
  return v128.bitselect(sign, e, f64x2.gt(f64x2.abs(e), f64x2.splat(0)));
}

/** The loss of an error e, of which s is the slope. */
// @ts-ignore: decorator
@inline
function lossOf(kind: i32, e: v128, s: v128): v128 {
  if (kind == MSE) return f64x2.mul(e, e);
  if (kind == L1) return f64x2.abs(e);
  return f64x2.mul(s, f64x2.sub(e, f64x2.mul(s, f64x2.splat(0.5)))); // both branches of Huber's
}

/** Writes factor · mean of the losses, and its gradient. */
// @ts-ignore: decorator
@inline
function meanOf(kind: i32, n: i32, xAt: i32, tAt: i32, delta: f64, factor: f64, dxAt: i32, out: i32): void {
  let x = f32At(xAt),
    t = f32At(tAt),
    dx = f32At(dxAt);
  const delta2 = f64x2.splat(delta),
    share = f64x2.splat(factor / <f64>n);
  let sum = f64x2.splat(0);
  for (let i = 0; i < n; i += 2, x += 8, t += 8, dx += 8) {
    const e = f64x2.sub(
      f64x2.promote_low_f32x4(v128.load64_zero(x)),
      f64x2.promote_low_f32x4(v128.load64_zero(t)),
    );
    const s = slopeOf(kind, e, delta2);
    const loss = lossOf(kind, e, s);
    const slope = f32x4.demote_f64x2_zero(f64x2.mul(s, share));
    if (i + 1 < n) {
      v128.store64_lane(dx, slope, 0);
      sum = f64x2.add(sum, loss);
    } else {
      v128.store32_lane(dx, slope, 0);
      sum = f64x2.replace_lane(sum, 0, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(loss, 0));
    }
  }
  const total = sumPair(sum),
    scaled = total * factor;
  if (total < leastSuspicious(kind, delta)) f64.store(f64At(out), scaled / <f64>n);
  else f64.store(f64At(out), meanInRange(scaled + beyondFloats(kind, n, xAt, tAt, delta, dxAt), n));
}

/** The least sum that there may be an error in that no float holds, or half a square of one. */
// @ts-ignore: decorator
@inline
function leastSuspicious(kind: i32, delta: f64): f64 {
  if (kind != HUBER) return MOST_F32;
  const edge = min(delta, MOST_F32);
  return min(MOST_F32, edge * (MOST_F32 - 0.5 * edge));
}

/** ∞ where a float does not hold an error, or half its square where that counts, else 0; corrects the gradients of such errors. */
function beyondFloats(kind: i32, n: i32, xAt: i32, tAt: i32, delta: f64, dxAt: i32): f64 {
  let found: f64 = 0;
  for (let i = 0; i < n; i++) {
    const error = <f64>f32.load(f32At(xAt + i)) - <f64>f32.load(f32At(tAt + i));
    const e = abs(<f32>error);
    if (e == Infinity) {
      found = Infinity;
      if (kind == MSE) f32.store(f32At(dxAt + i), <f32>error);
    } else if (kind == HUBER && e < delta && <f32>(0.5 * error * error) == Infinity) found = Infinity;
  }
  return found;
}

/** See `lossKernels.mse`. */
export function mse(n: i32, x: i32, t: i32, dx: i32, out: i32): void {
  meanOf(MSE, n, x, t, 0, 1, dx, out);
}

/** See `lossKernels.l1`. */
export function l1(n: i32, x: i32, t: i32, dx: i32, out: i32): void {
  meanOf(L1, n, x, t, 0, 1, dx, out);
}

/** See `lossKernels.huber`. */
export function huber(n: i32, x: i32, t: i32, delta: f64, dx: i32, out: i32): void {
  meanOf(HUBER, n, x, t, delta, 1, dx, out);
}

/** See `lossKernels.smoothL1`. */
export function smoothL1(n: i32, x: i32, t: i32, beta: f64, dx: i32, out: i32): void {
  if (beta == 0) l1(n, x, t, dx, out);
  else meanOf(HUBER, n, x, t, beta, 1 / beta, dx, out);
}
