import { firstLanes, sumLanes } from "../simd/lanes";
import { f64At, madd, scratch } from "../simd/memory";
import { exactDistance, isSame } from "../statistics/distance";
import { exactSquares, LEAST, MOST } from "../statistics/squares";

/*
 * What the optimizers have in common. Single precision like PyTorch's. Squares of changes and of weights are added up in single
 * precision over a block and in double beyond, and where that may be wrong once more: from the weights as they now are, and as
 * they were, of which each block is kept in the scratch.
 */

/**
 * Σ of the squared changes of the n weights of a block, of which single precision gives `sum`: from those kept to those at
 * `theta`. What underflows is no matter beside `before`, the sum of the blocks before.
 */
// @ts-ignore: decorator
@inline
export function sureChanges(sum: f64, before: f64, theta: usize, n: i32): f64 {
  return sum < MOST && sum + before > LEAST ? sum : exactChanges(sum, theta, n);
}

function exactChanges(sum: f64, theta: usize, n: i32): f64 {
  // Where no gradient arrives nothing moves.
  return sum == 0 && isSame(scratch, theta, n) ? 0 : exactDistance(scratch, theta, n);
}

/** The same of up to four weights, of which `change` says how far they moved. */
// @ts-ignore: decorator
@inline
export function lastChanges(change: v128, before: f64, theta: usize, left: i32): f64 {
  const own = v128.and(change, firstLanes(left));
  return sureChanges(sumLanes(f32x4.mul(own, own)), before, theta, min(left, 4));
}

/** A figure of `hyper`, in every lane. */
// @ts-ignore: decorator
@inline
export function hyperAt(hyper: i32, i: i32): v128 {
  return f32x4.splat(<f32>f64.load(f64At(hyper + i)));
}

/** 1 less a figure of `hyper`. */
// @ts-ignore: decorator
@inline
export function restOf(hyper: i32, i: i32): v128 {
  return f32x4.splat(<f32>(1 - f64.load(f64At(hyper + i))));
}

/** Whether clipping changes any gradient: a scale that is not 1, or a limit. */
// @ts-ignore: decorator
@inline
export function clips(hyper: i32): bool {
  return f64.load(f64At(hyper)) != 1 || f64.load(f64At(hyper + 1)) < Infinity;
}

/** Whether the weight decay of `hyper` is any. */
// @ts-ignore: decorator
@inline
export function decays(hyper: i32, i: i32): bool {
  return f64.load(f64At(hyper + i)) != 0;
}

/** What an optimizer makes of gradients before all else: nothing, weight decay, or clipping and weight decay. */
export const RAW: i32 = 0;
export const DECAYED: i32 = 1;
export const CLIPPED: i32 = 2;

/**
 * The gradient that an optimizer sees: g · scale within ±limit, plus decay · θ. `pmin` and `pmax` give their first operand
 * where that is NaN.
 */
// @ts-ignore: decorator
@inline
export function gradient(made: i32, g: v128, theta: v128, scale: v128, limit: v128, decay: v128): v128 {
  if (made == RAW) return g;
  if (made == DECAYED) return madd(decay, theta, g);
  const within = f32x4.pmax(f32x4.pmin(f32x4.mul(g, scale), limit), f32x4.neg(limit));
  return madd(decay, theta, within);
}

/** Stores the figures of `UPDATE`, where the last `n` weights, from `theta` on, are still to be added. */
export function finish(out: i32, moved: f64, squares: f64, theta: usize, n: i32): void {
  const to = f64At(out);
  f64.store(to, moved);
  f64.store(to, squares + exactSquares(theta, n), 8);
}

/** A running average that moves by the share `fresh` towards x. */
// @ts-ignore: decorator
@inline
export function averageOf(x: v128, old: v128, fresh: v128): v128 {
  return madd(fresh, f32x4.sub(x, old), old);
}

/** One of x², which keeps the share `kept`, 1 less `fresh`. */
// @ts-ignore: decorator
@inline
export function averageOfSquares(x: v128, old: v128, kept: v128, fresh: v128): v128 {
  return madd(kept, old, f32x4.mul(f32x4.mul(fresh, x), x));
}
