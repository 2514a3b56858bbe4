import { addTwo, sumLanes, storeUpTo } from "../simd/lanes";
import { f32At, madd, scratch } from "../simd/memory";
import { BLOCK, sureSquares } from "../statistics/squares";
import { CLIPPED, finish, gradient, hyperAt, lastChanges, sureChanges } from "./steps";

/** The rule, for four weights: θ − lr · slope / (√square + ε), where `square` is the sum of all squares up to now. */
// @ts-ignore: decorator
@inline
function updated(theta: v128, slope: v128, square: v128, lr: v128, eps: v128): v128 {
  return f32x4.sub(theta, f32x4.div(f32x4.mul(lr, slope), f32x4.add(f32x4.sqrt(square), eps)));
}

/**
 * The step of up to four elements, of which the first `lanes` are stored; keeps what they were, and gives how far they moved.
 * Eight go in `adagrad`: where the host revectorizes, all loads of both halves come before the stores.
 */
// @ts-ignore: decorator
@inline
function step(t: usize, g: usize, s: usize, lanes: i32, hyper: i32): v128 {
  const scale = hyperAt(hyper, 0),
    limit = hyperAt(hyper, 1),
    lr = hyperAt(hyper, 2),
    eps = hyperAt(hyper, 3),
    decay = hyperAt(hyper, 4);
  const before = v128.load(t);
  v128.store(scratch, before);
  const slope = gradient(CLIPPED, v128.load(g), before, scale, limit, decay);
  const square = madd(slope, slope, v128.load(s));
  storeUpTo(s, square, lanes);
  const after = updated(before, slope, square, lr, eps);
  storeUpTo(t, after, lanes);
  return f32x4.sub(after, before);
}

/** See `optimizerKernels.adagrad`. */
export function adagrad(n: i32, theta: i32, grad: i32, sum: i32, hyper: i32, out: i32): void {
  const scale = hyperAt(hyper, 0),
    limit = hyperAt(hyper, 1),
    lr = hyperAt(hyper, 2);
  const eps = hyperAt(hyper, 3),
    decay = hyperAt(hyper, 4);
  let t = f32At(theta),
    g = f32At(grad),
    s = f32At(sum);
  let moved: f64 = 0,
    squares: f64 = 0;
  let left = n;
  while (left >= 8) {
    let s0 = f32x4.splat(0),
      s1 = s0,
      w0 = s0,
      w1 = s0;
    const from = t;
    let kept = scratch;
    const block = min(left, BLOCK) & ~7;
    for (const end = t + ((<usize>block) << 2); t < end;) {
      const before0 = v128.load(t),
        before1 = v128.load(t, 16);
      const slope0 = gradient(CLIPPED, v128.load(g), before0, scale, limit, decay);
      const slope1 = gradient(CLIPPED, v128.load(g, 16), before1, scale, limit, decay);
      const square0 = madd(slope0, slope0, v128.load(s)),
        square1 = madd(slope1, slope1, v128.load(s, 16));
      v128.store(s, square0);
      v128.store(s, square1, 16);
      const after0 = updated(before0, slope0, square0, lr, eps);
      const after1 = updated(before1, slope1, square1, lr, eps);
      v128.store(kept, before0);
      v128.store(kept, before1, 16);
      v128.store(t, after0);
      v128.store(t, after1, 16);
      const moved0 = f32x4.sub(after0, before0),
        moved1 = f32x4.sub(after1, before1);
      s0 = madd(moved0, moved0, s0);
      s1 = madd(moved1, moved1, s1);
      w0 = madd(after0, after0, w0);
      w1 = madd(after1, after1, w1);
      t += 32;
      kept += 32;
      g += 32;
      s += 32;
    }
    moved += sureChanges(sumLanes(addTwo(s0, s1)), moved, from, block);
    squares += sureSquares(<f32>sumLanes(addTwo(w0, w1)), from, block);
    left -= block;
  }
  const last = t,
    rest = left;
  for (; left > 0; left -= 4, t += 16, g += 16, s += 16) {
    moved += lastChanges(step(t, g, s, left, hyper), moved, t, left);
  }
  finish(out, moved, squares, last, rest);
}
