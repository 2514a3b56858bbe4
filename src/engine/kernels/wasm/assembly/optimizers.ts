import { f32At, f64At, madd } from "./memory";
import { sumLanes } from "./lanes";

/*
 * Single precision like PyTorch's. The squared changes are added up in single precision over a block and in double
 * beyond; changes below 1e-19 are lost there, as they are in any f32 weight that is not as small itself.
 */

const BLOCK: i32 = 256;

// @ts-ignore: decorator
@inline
function hyperAt(hyper: i32, i: i32): f32 {
  return <f32>f64.load(f64At(hyper + i));
}

/** What clipping leaves of a gradient: times scale, within ±limit. NaN passes. */
// @ts-ignore: decorator
@inline
function clip(g: v128, scale: v128, limit: v128): v128 {
  return f32x4.max(f32x4.min(f32x4.mul(g, scale), limit), f32x4.neg(limit));
}

/** Elements i … of a range of n as a vector; what lies beyond is loaded and stored through a buffer by the caller. */
// @ts-ignore: decorator
@inline
function at(base: usize, i: i32): usize {
  return base + ((<usize>i) << 2);
}

/** See `OptimizerKernels.sgd`. */
export function sgd(n: i32, theta: i32, grad: i32, momentum: i32, hyper: i32, out: i32): void {
  const t = f32At(theta), g = f32At(grad), m = momentum < 0 ? <usize>0 : f32At(momentum);
  const scale = hyperAt(hyper, 0), limit = hyperAt(hyper, 1), lr = hyperAt(hyper, 2), mu = hyperAt(hyper, 3);
  const fresh: f32 = <f32>(1 - f64.load(f64At(hyper + 4))), decay = hyperAt(hyper, 5), nesterov = hyperAt(hyper, 6) != 0;
  const scale4 = f32x4.splat(scale), limit4 = f32x4.splat(limit), lr4 = f32x4.splat(-lr), mu4 = f32x4.splat(mu);
  const fresh4 = f32x4.splat(fresh), decay4 = f32x4.splat(decay);
  let total: f64 = 0;
  let i = 0;
  while (i + 4 <= n) {
    const end = min(i + BLOCK, n & ~3);
    let squares: v128 = f32x4.splat(0);
    for (; i < end; i += 4) {
      const before = v128.load(at(t, i));
      let step = madd(decay4, before, clip(v128.load(at(g, i)), scale4, limit4));
      if (m) {
        const buffer = f32x4.add(f32x4.mul(mu4, v128.load(at(m, i))), f32x4.mul(fresh4, step));
        v128.store(at(m, i), buffer);
        step = nesterov ? madd(mu4, buffer, step) : buffer;
      }
      const after = madd(lr4, step, before);
      v128.store(at(t, i), after);
      const change = f32x4.sub(after, before);
      squares = madd(change, change, squares);
    }
    total += sumLanes(squares);
  }
  for (; i < n; i++) {
    const before = f32.load(at(t, i));
    let step: f32 = max(min(f32.load(at(g, i)) * scale, limit), -limit) + decay * before;
    if (m) {
      const buffer: f32 = mu * f32.load(at(m, i)) + fresh * step;
      f32.store(at(m, i), buffer);
      step = nesterov ? step + mu * buffer : buffer;
    }
    const after: f32 = before - lr * step;
    f32.store(at(t, i), after);
    total += <f64>(after - before) * <f64>(after - before);
  }
  f64.store(f64At(out), total);
}

/** See `OptimizerKernels.adam`. */
export function adam(n: i32, theta: i32, grad: i32, mean: i32, square: i32, greatest: i32, hyper: i32, out: i32): void {
  const t = f32At(theta), g = f32At(grad), m = f32At(mean), v = f32At(square);
  const top = greatest < 0 ? <usize>0 : f32At(greatest);
  const scale = hyperAt(hyper, 0), limit = hyperAt(hyper, 1), size = hyperAt(hyper, 2), beta2 = hyperAt(hyper, 4);
  const fresh1: f32 = <f32>(1 - f64.load(f64At(hyper + 3))), fresh2: f32 = <f32>(1 - f64.load(f64At(hyper + 4)));
  const eps = hyperAt(hyper, 5), decay = hyperAt(hyper, 6), root: f32 = <f32>(1 / f64.load(f64At(hyper + 7))), keep = hyperAt(hyper, 8);
  const scale4 = f32x4.splat(scale), limit4 = f32x4.splat(limit), size4 = f32x4.splat(size), beta24 = f32x4.splat(beta2);
  const fresh14 = f32x4.splat(fresh1), fresh24 = f32x4.splat(fresh2), eps4 = f32x4.splat(eps), decay4 = f32x4.splat(decay);
  const root4 = f32x4.splat(root), keep4 = f32x4.splat(keep);
  let total: f64 = 0;
  let i = 0;
  while (i + 4 <= n) {
    const end = min(i + BLOCK, n & ~3);
    let squares: v128 = f32x4.splat(0);
    for (; i < end; i += 4) {
      const before = v128.load(at(t, i));
      const step = madd(decay4, before, clip(v128.load(at(g, i)), scale4, limit4));
      const oldMean = v128.load(at(m, i));
      const newMean = madd(fresh14, f32x4.sub(step, oldMean), oldMean);
      v128.store(at(m, i), newMean);
      let second = f32x4.add(f32x4.mul(beta24, v128.load(at(v, i))), f32x4.mul(fresh24, f32x4.mul(step, step)));
      v128.store(at(v, i), second);
      if (top) {
        second = f32x4.max(v128.load(at(top, i)), second);
        v128.store(at(top, i), second);
      }
      const below = madd(f32x4.sqrt(second), root4, eps4);
      const after = f32x4.sub(f32x4.mul(before, keep4), f32x4.div(f32x4.mul(size4, newMean), below));
      v128.store(at(t, i), after);
      const change = f32x4.sub(after, before);
      squares = madd(change, change, squares);
    }
    total += sumLanes(squares);
  }
  for (; i < n; i++) {
    const before = f32.load(at(t, i));
    const step: f32 = max(min(f32.load(at(g, i)) * scale, limit), -limit) + decay * before;
    const newMean: f32 = f32.load(at(m, i)) + fresh1 * (step - f32.load(at(m, i)));
    f32.store(at(m, i), newMean);
    let second: f32 = beta2 * f32.load(at(v, i)) + fresh2 * (step * step);
    f32.store(at(v, i), second);
    if (top) {
      second = max(f32.load(at(top, i)), second);
      f32.store(at(top, i), second);
    }
    const after: f32 = before * keep - (size * newMean) / (sqrt<f32>(second) * root + eps);
    f32.store(at(t, i), after);
    total += <f64>(after - before) * <f64>(after - before);
  }
  f64.store(f64At(out), total);
}
