import { addTwo, sumLanes, storeUpTo } from "../simd/lanes";
import { f32At, f64At, madd, scratch } from "../simd/memory";
import { BLOCK, sureSquares } from "../statistics/squares";
import {
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

// The rule, for four weights: what momentum keeps of the slopes, and the change that follows from it.

// @ts-ignore: decorator
@inline
function bufferOf(slope: v128, old: v128, mu: v128, fresh: v128): v128 {
  return madd(mu, old, f32x4.mul(fresh, slope));
}

// @ts-ignore: decorator
@inline
function changeOf(nesterov: bool, slope: v128, buffer: v128, mu: v128): v128 {
  return nesterov ? madd(mu, buffer, slope) : buffer;
}

/**
 * The step of up to four elements, of which the first `lanes` are stored; keeps what they were, and gives how far they moved.
 * Sixteen go in `all`: where the host revectorizes, all loads come before the stores.
 */
// @ts-ignore: decorator
@inline
function step(
  momentum: bool,
  nesterov: bool,
  made: i32,
  t: usize,
  g: usize,
  m: usize,
  lanes: i32,
  hyper: i32,
): v128 {
  const scale = hyperAt(hyper, 0),
    limit = hyperAt(hyper, 1),
    lr = f32x4.neg(hyperAt(hyper, 2)),
    mu = hyperAt(hyper, 3),
    fresh = restOf(hyper, 4),
    decay = hyperAt(hyper, 5);
  const before = v128.load(t);
  v128.store(scratch, before);
  let change = gradient(made, v128.load(g), before, scale, limit, decay);
  if (momentum) {
    const buffer = bufferOf(change, v128.load(m), mu, fresh);
    storeUpTo(m, buffer, lanes);
    change = changeOf(nesterov, change, buffer, mu);
  }
  const after = madd(lr, change, before);
  storeUpTo(t, after, lanes);
  return f32x4.sub(after, before);
}

// @ts-ignore: decorator
@inline
function all(
  momentum: bool,
  nesterov: bool,
  made: i32,
  n: i32,
  t: usize,
  g: usize,
  m: usize,
  hyper: i32,
  out: i32,
): void {
  const scale = hyperAt(hyper, 0),
    limit = hyperAt(hyper, 1),
    lr = f32x4.neg(hyperAt(hyper, 2)),
    mu = hyperAt(hyper, 3);
  const fresh = restOf(hyper, 4),
    decay = hyperAt(hyper, 5);
  let moved: f64 = 0,
    squares: f64 = 0;
  let left = n;
  while (left >= 16) {
    let s0 = f32x4.splat(0),
      s1 = s0,
      w0 = s0,
      w1 = s0;
    const from = t;
    let kept = scratch;
    const block = min(left, BLOCK) & ~15;
    for (const end = t + ((<usize>block) << 2); t < end;) {
      const before0 = v128.load(t),
        before1 = v128.load(t, 16),
        before2 = v128.load(t, 32),
        before3 = v128.load(t, 48);
      let change0 = gradient(made, v128.load(g), before0, scale, limit, decay);
      let change1 = gradient(made, v128.load(g, 16), before1, scale, limit, decay);
      let change2 = gradient(made, v128.load(g, 32), before2, scale, limit, decay);
      let change3 = gradient(made, v128.load(g, 48), before3, scale, limit, decay);
      if (momentum) {
        const buffer0 = bufferOf(change0, v128.load(m), mu, fresh);
        const buffer1 = bufferOf(change1, v128.load(m, 16), mu, fresh);
        const buffer2 = bufferOf(change2, v128.load(m, 32), mu, fresh);
        const buffer3 = bufferOf(change3, v128.load(m, 48), mu, fresh);
        v128.store(m, buffer0);
        v128.store(m, buffer1, 16);
        v128.store(m, buffer2, 32);
        v128.store(m, buffer3, 48);
        change0 = changeOf(nesterov, change0, buffer0, mu);
        change1 = changeOf(nesterov, change1, buffer1, mu);
        change2 = changeOf(nesterov, change2, buffer2, mu);
        change3 = changeOf(nesterov, change3, buffer3, mu);
      }
      const after0 = madd(lr, change0, before0),
        after1 = madd(lr, change1, before1);
      const after2 = madd(lr, change2, before2),
        after3 = madd(lr, change3, before3);
      v128.store(kept, before0);
      v128.store(kept, before1, 16);
      v128.store(kept, before2, 32);
      v128.store(kept, before3, 48);
      v128.store(t, after0);
      v128.store(t, after1, 16);
      v128.store(t, after2, 32);
      v128.store(t, after3, 48);
      const moved0 = f32x4.sub(after0, before0),
        moved1 = f32x4.sub(after1, before1);
      const moved2 = f32x4.sub(after2, before2),
        moved3 = f32x4.sub(after3, before3);
      s0 = f32x4.add(s0, madd(moved2, moved2, f32x4.mul(moved0, moved0)));
      s1 = f32x4.add(s1, madd(moved3, moved3, f32x4.mul(moved1, moved1)));
      w0 = f32x4.add(w0, madd(after2, after2, f32x4.mul(after0, after0)));
      w1 = f32x4.add(w1, madd(after3, after3, f32x4.mul(after1, after1)));
      t += 64;
      kept += 64;
      g += 64;
      if (momentum) m += 64;
    }
    moved += sureChanges(sumLanes(addTwo(s0, s1)), moved, from, block);
    squares += sureSquares(<f32>sumLanes(addTwo(w0, w1)), from, block);
    left -= block;
  }
  const last = t,
    rest = left;
  for (; left > 0; left -= 4, t += 16, g += 16, m += 16) {
    const change = step(momentum, nesterov, made, t, g, m, left, hyper);
    moved += lastChanges(change, moved, t, left);
  }
  finish(out, moved, squares, last, rest);
}

// Functions of their own: of two that follow each other in one, the compiler makes one that asks in its loop which it is.
function plain(n: i32, t: usize, g: usize, hyper: i32, out: i32): void {
  all(false, false, RAW, n, t, g, 0, hyper, out);
}
function plainDecayed(n: i32, t: usize, g: usize, hyper: i32, out: i32): void {
  all(false, false, DECAYED, n, t, g, 0, hyper, out);
}
function plainClipped(n: i32, t: usize, g: usize, hyper: i32, out: i32): void {
  all(false, false, CLIPPED, n, t, g, 0, hyper, out);
}
function heavyBall(n: i32, t: usize, g: usize, m: usize, hyper: i32, out: i32): void {
  all(true, false, RAW, n, t, g, m, hyper, out);
}
function heavyBallDecayed(n: i32, t: usize, g: usize, m: usize, hyper: i32, out: i32): void {
  all(true, false, DECAYED, n, t, g, m, hyper, out);
}
function heavyBallClipped(n: i32, t: usize, g: usize, m: usize, hyper: i32, out: i32): void {
  all(true, false, CLIPPED, n, t, g, m, hyper, out);
}
function nesterovs(n: i32, t: usize, g: usize, m: usize, hyper: i32, out: i32): void {
  all(true, true, DECAYED, n, t, g, m, hyper, out);
}
function nesterovsClipped(n: i32, t: usize, g: usize, m: usize, hyper: i32, out: i32): void {
  all(true, true, CLIPPED, n, t, g, m, hyper, out);
}

/** See `optimizerKernels.sgd`. */
export function sgd(n: i32, theta: i32, grad: i32, momentum: i32, hyper: i32, out: i32): void {
  const t = f32At(theta),
    g = f32At(grad),
    m = f32At(momentum);
  const nesterov = f64.load(f64At(hyper + 6)) != 0;
  if (momentum < 0) {
    if (clips(hyper)) plainClipped(n, t, g, hyper, out);
    else if (decays(hyper, 5)) plainDecayed(n, t, g, hyper, out);
    else plain(n, t, g, hyper, out);
  } else if (nesterov) {
    if (clips(hyper)) nesterovsClipped(n, t, g, m, hyper, out);
    else nesterovs(n, t, g, m, hyper, out);
  } else if (clips(hyper)) {
    heavyBallClipped(n, t, g, m, hyper, out);
  } else if (decays(hyper, 5)) {
    heavyBallDecayed(n, t, g, m, hyper, out);
  } else {
    heavyBall(n, t, g, m, hyper, out);
  }
}
