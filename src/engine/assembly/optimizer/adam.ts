import { addTwo, sumLanes, storeUpTo } from "../simd/lanes";
import { f32At, f64At, madd, scratch } from "../simd/memory";
import { BLOCK, sureSquares } from "../statistics/squares";
import {
  averageOf,
  averageOfSquares,
  CLIPPED,
  clips,
  DECAYED,
  decays,
  finish,
  gradient,
  hyperAt,
  lastChanges,
  RAW,
  restOf,
  sureChanges,
} from "./steps";

// The rule, for four weights: what follows from running averages of the slope and of its square.

// @ts-ignore: decorator
@inline
function updated(theta: v128, mean: v128, square: v128, size: v128, root: v128, eps: v128, keep: v128): v128 {
  const below = madd(f32x4.sqrt(square), root, eps);
  return f32x4.sub(f32x4.mul(theta, keep), f32x4.div(f32x4.mul(size, mean), below));
}

/** 1 / √(1 − β₂ᵗ) */
// @ts-ignore: decorator
@inline
function rootOf(hyper: i32): v128 {
  return f32x4.splat(<f32>(1 / f64.load(f64At(hyper + 7))));
}

/**
 * The step of up to four elements, of which the first `lanes` are stored; keeps what they were, and gives how far they moved.
 * Eight go in `all`: where the host revectorizes, all loads of both halves come before the stores.
 */
// @ts-ignore: decorator
@inline
function step(
  amsgrad: bool,
  made: i32,
  t: usize,
  g: usize,
  m: usize,
  v: usize,
  top: usize,
  lanes: i32,
  hyper: i32,
): v128 {
  const scale = hyperAt(hyper, 0),
    limit = hyperAt(hyper, 1),
    size = hyperAt(hyper, 2),
    fresh1 = restOf(hyper, 3),
    beta2 = hyperAt(hyper, 4),
    fresh2 = restOf(hyper, 4),
    eps = hyperAt(hyper, 5),
    decay = hyperAt(hyper, 6),
    root = rootOf(hyper),
    keep = hyperAt(hyper, 8);
  const before = v128.load(t);
  v128.store(scratch, before);
  const slope = gradient(made, v128.load(g), before, scale, limit, decay);
  const mean = averageOf(slope, v128.load(m), fresh1);
  storeUpTo(m, mean, lanes);
  let second = averageOfSquares(slope, v128.load(v), beta2, fresh2);
  storeUpTo(v, second, lanes);
  if (amsgrad) {
    second = f32x4.max(v128.load(top), second);
    storeUpTo(top, second, lanes);
  }
  const after = updated(before, mean, second, size, root, eps, keep);
  storeUpTo(t, after, lanes);
  return f32x4.sub(after, before);
}

// @ts-ignore: decorator
@inline
function all(
  amsgrad: bool,
  made: i32,
  n: i32,
  t: usize,
  g: usize,
  m: usize,
  v: usize,
  top: usize,
  hyper: i32,
  out: i32,
): void {
  const scale = hyperAt(hyper, 0),
    limit = hyperAt(hyper, 1),
    size = hyperAt(hyper, 2);
  const fresh1 = restOf(hyper, 3),
    beta2 = hyperAt(hyper, 4),
    fresh2 = restOf(hyper, 4),
    eps = hyperAt(hyper, 5);
  const decay = hyperAt(hyper, 6),
    root = rootOf(hyper),
    keep = hyperAt(hyper, 8);
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
      const slope0 = gradient(made, v128.load(g), before0, scale, limit, decay);
      const slope1 = gradient(made, v128.load(g, 16), before1, scale, limit, decay);
      const old0 = v128.load(m),
        old1 = v128.load(m, 16);
      const mean0 = averageOf(slope0, old0, fresh1),
        mean1 = averageOf(slope1, old1, fresh1);
      let second0 = averageOfSquares(slope0, v128.load(v), beta2, fresh2);
      let second1 = averageOfSquares(slope1, v128.load(v, 16), beta2, fresh2);
      v128.store(m, mean0);
      v128.store(m, mean1, 16);
      v128.store(v, second0);
      v128.store(v, second1, 16);
      if (amsgrad) {
        second0 = f32x4.max(v128.load(top), second0);
        second1 = f32x4.max(v128.load(top, 16), second1);
        v128.store(top, second0);
        v128.store(top, second1, 16);
      }
      const after0 = updated(before0, mean0, second0, size, root, eps, keep);
      const after1 = updated(before1, mean1, second1, size, root, eps, keep);
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
      m += 32;
      v += 32;
      if (amsgrad) top += 32;
    }
    moved += sureChanges(sumLanes(addTwo(s0, s1)), moved, from, block);
    squares += sureSquares(<f32>sumLanes(addTwo(w0, w1)), from, block);
    left -= block;
  }
  const last = t,
    rest = left;
  for (; left > 0; left -= 4, t += 16, g += 16, m += 16, v += 16, top += 16) {
    const change = step(amsgrad, made, t, g, m, v, top, left, hyper);
    moved += lastChanges(change, moved, t, left);
  }
  finish(out, moved, squares, last, rest);
}

// Functions of their own: of two that follow each other in one, the compiler makes one that asks in its loop which it is.
function withClipping(n: i32, t: usize, g: usize, m: usize, v: usize, hyper: i32, out: i32): void {
  all(false, CLIPPED, n, t, g, m, v, 0, hyper, out);
}
function withoutClipping(n: i32, t: usize, g: usize, m: usize, v: usize, hyper: i32, out: i32): void {
  all(false, DECAYED, n, t, g, m, v, 0, hyper, out);
}
function plain(n: i32, t: usize, g: usize, m: usize, v: usize, hyper: i32, out: i32): void {
  all(false, RAW, n, t, g, m, v, 0, hyper, out);
}
function withAmsgrad(n: i32, t: usize, g: usize, m: usize, v: usize, top: usize, hyper: i32, out: i32): void {
  all(true, CLIPPED, n, t, g, m, v, top, hyper, out);
}

/** See `optimizerKernels.adam`. */
export function adam(
  n: i32,
  theta: i32,
  grad: i32,
  mean: i32,
  square: i32,
  greatest: i32,
  hyper: i32,
  out: i32,
): void {
  const t = f32At(theta),
    g = f32At(grad),
    m = f32At(mean),
    v = f32At(square);
  if (greatest >= 0) withAmsgrad(n, t, g, m, v, f32At(greatest), hyper, out);
  else if (clips(hyper)) withClipping(n, t, g, m, v, hyper, out);
  else if (decays(hyper, 6)) withoutClipping(n, t, g, m, v, hyper, out);
  else plain(n, t, g, m, v, hyper, out);
}
