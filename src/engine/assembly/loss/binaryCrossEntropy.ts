import { exp4 } from "../simd/functions";
import { countLanes, firstLanes, storeLanes, sumPair, widen } from "../simd/lanes";
import { log1p4, log4 } from "../simd/logarithm";
import { f32At, f64At } from "../simd/memory";
import { meanInRange } from "../simd/range";

/* Binary cross entropy, of probabilities and of logits. Each loss in single precision, their sum in double. */

// @ts-ignore: decorator
@inline
function c(x: f32): v128 {
  return f32x4.splat(x);
}

/** −t·ln p − (1 − t)·ln(1 − p) */
// @ts-ignore: decorator
@inline
function lossOfProbability(p: v128, t: v128): v128 {
  // `pmax` gives its first operand where that is NaN
  const yes = f32x4.mul(t, f32x4.pmax(log4(p), c(-100)));
  const no = f32x4.mul(f32x4.sub(c(1), t), f32x4.pmax(log1p4(f32x4.neg(p)), c(-100)));
  return f32x4.neg(f32x4.add(yes, no));
}

// @ts-ignore: decorator
@inline
function slopeOfProbability(p: v128, t: v128): v128 {
  const variance = f32x4.mul(f32x4.sub(c(1), p), p);
  return f32x4.div(f32x4.sub(p, t), f32x4.pmax(variance, c(1e-12)));
}

/** max(x, 0) − x·t + ln(1 + e), with e = e^−|x| */
// @ts-ignore: decorator
@inline
function lossOfLogit(x: v128, t: v128, e: v128): v128 {
  return f32x4.add(f32x4.sub(f32x4.pmax(x, c(0)), f32x4.mul(x, t)), log1p4(e));
}

/** σ(x) − t; above 0 as (1 − t) − σ(−x), which keeps its digits where σ(x) is all but 1. */
// @ts-ignore: decorator
@inline
function slopeOfLogit(x: v128, t: v128, e: v128): v128 {
  const tail = f32x4.div(e, f32x4.add(c(1), e)); // σ(−|x|)
  const above = f32x4.sub(f32x4.sub(c(1), t), tail);
  return v128.bitselect(above, f32x4.sub(tail, t), f32x4.gt(x, c(0)));
}

// @ts-ignore: decorator
@inline
function meanOf(logits: bool, n: i32, xAt: i32, tAt: i32, dxAt: i32, out: i32): void {
  let x = f32At(xAt),
    t = f32At(tAt),
    dx = f32At(dxAt);
  const share = c(<f32>(1 / <f64>n)),
    threshold = c(logits ? 0 : 0.5),
    half = c(0.5);
  let sum = f64x2.splat(0);
  let wrong = i32x4.splat(0);
  for (let left = n; left > 0; left -= 4, x += 16, t += 16, dx += 16) {
    const given = v128.load(x),
      target = v128.load(t);
    const e = logits ? exp4(f32x4.neg(f32x4.abs(given))) : given;
    const loss = logits ? lossOfLogit(given, target, e) : lossOfProbability(given, target);
    const slope = logits ? slopeOfLogit(given, target, e) : slopeOfProbability(given, target);
    const differs = v128.xor(f32x4.gt(given, threshold), f32x4.gt(target, half));
    if (left >= 4) {
      sum = f64x2.add(sum, widen(loss));
      wrong = i32x4.sub(wrong, differs);
      v128.store(dx, f32x4.mul(slope, share));
    } else {
      sum = f64x2.add(sum, widen(v128.and(loss, firstLanes(left))));
      wrong = i32x4.sub(wrong, v128.and(differs, firstLanes(left)));
      storeLanes(dx, f32x4.mul(slope, share), left);
    }
  }
  f64.store(f64At(out), meanInRange(sumPair(sum), n));
  f64.store(f64At(out + 1), <f64>(n - countLanes(wrong)));
}

/** See `lossKernels.bce`. */
export function bce(n: i32, p: i32, t: i32, dx: i32, out: i32): void {
  meanOf(false, n, p, t, dx, out);
}

/** See `lossKernels.bceWithLogits`. */
export function bceWithLogits(n: i32, x: i32, t: i32, dx: i32, out: i32): void {
  meanOf(true, n, x, t, dx, out);
}
