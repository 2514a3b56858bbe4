import { firstLanes, sumLanes } from "./lanes";
import { f32At, f64At, madd } from "./memory";
import { BLOCK, gradient, hyperAt, put } from "./steps";

/** See `OptimizerKernels.adagrad`. */
export function adagrad(n: i32, theta: i32, grad: i32, sum: i32, hyper: i32, out: i32): void {
  const scale = hyperAt(hyper, 0), limit = hyperAt(hyper, 1), lr = hyperAt(hyper, 2);
  const eps = hyperAt(hyper, 3), decay = hyperAt(hyper, 4);
  let t = f32At(theta), g = f32At(grad), s = f32At(sum);
  let total: f64 = 0;
  for (let left = n; left > 0; ) {
    let squares = f32x4.splat(0);
    for (let block = min(left, BLOCK); block > 0; block -= 4) {
      const lanes = min(left, 4);
      const before = v128.load(t);
      const slope = gradient(true, v128.load(g), before, scale, limit, decay);
      const square = madd(slope, slope, v128.load(s));
      put(s, square, lanes);
      const after = f32x4.sub(before, f32x4.div(f32x4.mul(lr, slope), f32x4.add(f32x4.sqrt(square), eps)));
      put(t, after, lanes);
      const own = v128.and(f32x4.sub(after, before), firstLanes(lanes));
      squares = madd(own, own, squares);
      t += 16;
      g += 16;
      s += 16;
      left -= 4;
    }
    total += sumLanes(squares);
  }
  f64.store(f64At(out), total);
}
