import { firstLanes, sumLanes } from "./lanes";
import { f32At, f64At, madd } from "./memory";
import { BLOCK, gradient, hyperAt, put, restOf } from "./steps";

/** The step of four elements, of which the first `lanes` are stored; gives how far they moved. m and c are 0 where not used. */
// @ts-ignore: decorator
@inline
function step(
  t: usize, g: usize, v: usize, m: usize, c: usize, lanes: i32, scale: v128, limit: v128,
  decay: v128, lr: v128, alpha: v128, fresh: v128, eps: v128, mu: v128,
): v128 {
  const before = v128.load(t);
  const slope = gradient(true, v128.load(g), before, scale, limit, decay);
  const square = madd(alpha, v128.load(v), f32x4.mul(f32x4.mul(fresh, slope), slope));
  put(v, square, lanes);
  let variance = square;
  if (c) {
    const old = v128.load(c);
    const mean = madd(fresh, f32x4.sub(slope, old), old);
    put(c, mean, lanes);
    variance = f32x4.sub(square, f32x4.mul(mean, mean));
  }
  let change = f32x4.div(slope, f32x4.add(f32x4.sqrt(variance), eps));
  if (m) {
    change = madd(mu, v128.load(m), change);
    put(m, change, lanes);
  }
  const after = madd(lr, change, before);
  put(t, after, lanes);
  return f32x4.sub(after, before);
}

/** See `OptimizerKernels.rmsprop`. */
export function rmsprop(n: i32, theta: i32, grad: i32, square: i32, momentum: i32, mean: i32, hyper: i32, out: i32): void {
  const scale = hyperAt(hyper, 0), limit = hyperAt(hyper, 1), lr = f32x4.neg(hyperAt(hyper, 2));
  const alpha = hyperAt(hyper, 3), fresh = restOf(hyper, 3), eps = hyperAt(hyper, 4), decay = hyperAt(hyper, 5), mu = hyperAt(hyper, 6);
  let t = f32At(theta), g = f32At(grad), v = f32At(square);
  let m = momentum < 0 ? <usize>0 : f32At(momentum), c = mean < 0 ? <usize>0 : f32At(mean);
  let total: f64 = 0;
  for (let left = n; left > 0; ) {
    let squares = f32x4.splat(0);
    for (let block = min(left, BLOCK); block > 0; block -= 4) {
      const lanes = min(left, 4);
      const moved = step(t, g, v, m, c, lanes, scale, limit, decay, lr, alpha, fresh, eps, mu);
      const own = v128.and(moved, firstLanes(lanes));
      squares = madd(own, own, squares);
      t += 16;
      g += 16;
      v += 16;
      if (m) m += 16;
      if (c) c += 16;
      left -= 4;
    }
    total += sumLanes(squares);
  }
  f64.store(f64At(out), total);
}
