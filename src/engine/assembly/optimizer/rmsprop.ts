import { addTwo, sumLanes, storeUpTo } from "../simd/lanes";
import { f32At, madd, scratch } from "../simd/memory";
import { BLOCK, sureSquares } from "../statistics/squares";
import {
  averageOf,
  averageOfSquares,
  CLIPPED,
  finish,
  gradient,
  hyperAt,
  lastChanges,
  restOf,
  sureChanges,
} from "./steps";

// The rule, for four weights: what follows from running averages of the slope and of its square.

// @ts-ignore: decorator
@inline
function varianceOf(square: v128, mean: v128): v128 {
  return f32x4.sub(square, f32x4.mul(mean, mean));
}

// @ts-ignore: decorator
@inline
function changeOf(slope: v128, variance: v128, eps: v128): v128 {
  return f32x4.div(slope, f32x4.add(f32x4.sqrt(variance), eps));
}

/**
 * The step of up to four elements, of which the first `lanes` are stored; keeps what they were, and gives how far they moved.
 * Eight go in `all`: where the host revectorizes, all loads of both halves come before the stores.
 */
// @ts-ignore: decorator
@inline
function step(
  momentum: bool,
  centered: bool,
  t: usize,
  g: usize,
  v: usize,
  m: usize,
  c: usize,
  lanes: i32,
  hyper: i32,
): v128 {
  const scale = hyperAt(hyper, 0),
    limit = hyperAt(hyper, 1),
    lr = f32x4.neg(hyperAt(hyper, 2)),
    alpha = hyperAt(hyper, 3),
    fresh = restOf(hyper, 3),
    eps = hyperAt(hyper, 4),
    decay = hyperAt(hyper, 5),
    mu = hyperAt(hyper, 6);
  const before = v128.load(t);
  v128.store(scratch, before);
  const slope = gradient(CLIPPED, v128.load(g), before, scale, limit, decay);
  const square = averageOfSquares(slope, v128.load(v), alpha, fresh);
  storeUpTo(v, square, lanes);
  let variance = square;
  if (centered) {
    const mean = averageOf(slope, v128.load(c), fresh);
    storeUpTo(c, mean, lanes);
    variance = varianceOf(square, mean);
  }
  let change = changeOf(slope, variance, eps);
  if (momentum) {
    change = madd(mu, v128.load(m), change);
    storeUpTo(m, change, lanes);
  }
  const after = madd(lr, change, before);
  storeUpTo(t, after, lanes);
  return f32x4.sub(after, before);
}

// @ts-ignore: decorator
@inline
function all(
  momentum: bool,
  centered: bool,
  n: i32,
  t: usize,
  g: usize,
  v: usize,
  m: usize,
  c: usize,
  hyper: i32,
  out: i32,
): void {
  const scale = hyperAt(hyper, 0),
    limit = hyperAt(hyper, 1),
    lr = f32x4.neg(hyperAt(hyper, 2));
  const alpha = hyperAt(hyper, 3),
    fresh = restOf(hyper, 3),
    eps = hyperAt(hyper, 4),
    decay = hyperAt(hyper, 5),
    mu = hyperAt(hyper, 6);
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
      const square0 = averageOfSquares(slope0, v128.load(v), alpha, fresh);
      const square1 = averageOfSquares(slope1, v128.load(v, 16), alpha, fresh);
      v128.store(v, square0);
      v128.store(v, square1, 16);
      let variance0 = square0,
        variance1 = square1;
      if (centered) {
        const old0 = v128.load(c),
          old1 = v128.load(c, 16);
        const mean0 = averageOf(slope0, old0, fresh),
          mean1 = averageOf(slope1, old1, fresh);
        v128.store(c, mean0);
        v128.store(c, mean1, 16);
        variance0 = varianceOf(square0, mean0);
        variance1 = varianceOf(square1, mean1);
      }
      let change0 = changeOf(slope0, variance0, eps);
      let change1 = changeOf(slope1, variance1, eps);
      if (momentum) {
        change0 = madd(mu, v128.load(m), change0);
        change1 = madd(mu, v128.load(m, 16), change1);
        v128.store(m, change0);
        v128.store(m, change1, 16);
      }
      const after0 = madd(lr, change0, before0),
        after1 = madd(lr, change1, before1);
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
      v += 32;
      if (momentum) m += 32;
      if (centered) c += 32;
    }
    moved += sureChanges(sumLanes(addTwo(s0, s1)), moved, from, block);
    squares += sureSquares(<f32>sumLanes(addTwo(w0, w1)), from, block);
    left -= block;
  }
  const last = t,
    rest = left;
  for (; left > 0; left -= 4, t += 16, g += 16, v += 16, m += 16, c += 16) {
    const change = step(momentum, centered, t, g, v, m, c, left, hyper);
    moved += lastChanges(change, moved, t, left);
  }
  finish(out, moved, squares, last, rest);
}

// Functions of their own: of two that follow each other in one, the compiler makes one that asks in its loop which it is.
function plain(n: i32, t: usize, g: usize, v: usize, hyper: i32, out: i32): void {
  all(false, false, n, t, g, v, 0, 0, hyper, out);
}
function withMomentum(n: i32, t: usize, g: usize, v: usize, m: usize, hyper: i32, out: i32): void {
  all(true, false, n, t, g, v, m, 0, hyper, out);
}
function centeredPlain(n: i32, t: usize, g: usize, v: usize, c: usize, hyper: i32, out: i32): void {
  all(false, true, n, t, g, v, 0, c, hyper, out);
}
function centeredWithMomentum(
  n: i32,
  t: usize,
  g: usize,
  v: usize,
  m: usize,
  c: usize,
  hyper: i32,
  out: i32,
): void {
  all(true, true, n, t, g, v, m, c, hyper, out);
}

/** See `optimizerKernels.rmsprop`. */
export function rmsprop(
  n: i32,
  theta: i32,
  grad: i32,
  square: i32,
  momentum: i32,
  mean: i32,
  hyper: i32,
  out: i32,
): void {
  const t = f32At(theta),
    g = f32At(grad),
    v = f32At(square);
  if (mean < 0) {
    if (momentum < 0) plain(n, t, g, v, hyper, out);
    else withMomentum(n, t, g, v, f32At(momentum), hyper, out);
  } else if (momentum < 0) {
    centeredPlain(n, t, g, v, f32At(mean), hyper, out);
  } else {
    centeredWithMomentum(n, t, g, v, f32At(momentum), f32At(mean), hyper, out);
  }
}
