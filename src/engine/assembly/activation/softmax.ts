import { exp4 } from "../simd/functions";
import { loadLanes, storeLanes } from "../simd/lanes";
import { f32At, madd } from "../simd/memory";

/** See `elementwiseKernels.softmax`. */
export function softmax(rows: i32, n: i32, xAt: i32, yAt: i32): void {
  for (let r = 0; r < rows; r++) {
    const x = f32At(xAt + r * n),
      y = f32At(yAt + r * n);
    const left = n & 3;
    const end = (<usize>(n & ~3)) << 2;
    let top: v128 = f32x4.splat(-Infinity);
    for (let i: usize = 0; i < end; i += 16) top = f32x4.pmax(top, v128.load(x + i));
    if (left) top = f32x4.pmax(top, loadLanes(x + end, left, -Infinity));
    top = f32x4.pmax(top, v128.shuffle<i32>(top, top, 2, 3, 0, 1));
    top = f32x4.pmax(top, v128.shuffle<i32>(top, top, 1, 0, 3, 2)); // a NaN need not be the greatest: it is in the sum
    let sum: v128 = f32x4.splat(0);
    for (let i: usize = 0; i < end; i += 16) {
      const e = exp4(f32x4.sub(v128.load(x + i), top));
      sum = f32x4.add(sum, e);
      v128.store(y + i, e);
    }
    if (left) {
      const e = exp4(f32x4.sub(loadLanes(x + end, left, -Infinity), top));
      sum = f32x4.add(sum, e);
      storeLanes(y + end, e, left);
    }
    sum = f32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 0, 1));
    sum = f32x4.add(sum, v128.shuffle<i32>(sum, sum, 1, 0, 3, 2));
    const scale = f32x4.div(f32x4.splat(1), sum);
    for (let i: usize = 0; i < end; i += 16) v128.store(y + i, f32x4.mul(v128.load(y + i), scale));
    if (left) storeLanes(y + end, f32x4.mul(loadLanes(y + end, left, 0), scale), left);
  }
}

/** See `elementwiseKernels.softmaxGrad`. */
export function softmaxGrad(rows: i32, n: i32, yAt: i32, dyAt: i32, dxAt: i32): void {
  for (let r = 0; r < rows; r++) {
    const y = f32At(yAt + r * n),
      dy = f32At(dyAt + r * n),
      dx = f32At(dxAt + r * n);
    const left = n & 3;
    const end = (<usize>(n & ~3)) << 2;
    let dot: v128 = f32x4.splat(0);
    for (let i: usize = 0; i < end; i += 16) dot = madd(v128.load(dy + i), v128.load(y + i), dot);
    if (left) dot = madd(loadLanes(dy + end, left, 0), loadLanes(y + end, left, 0), dot);
    dot = f32x4.add(dot, v128.shuffle<i32>(dot, dot, 2, 3, 0, 1));
    dot = f32x4.add(dot, v128.shuffle<i32>(dot, dot, 1, 0, 3, 2));
    for (let i: usize = 0; i < end; i += 16) {
      v128.store(dx + i, f32x4.mul(v128.load(y + i), f32x4.sub(v128.load(dy + i), dot)));
    }
    if (left) {
      const d = f32x4.mul(loadLanes(y + end, left, 0), f32x4.sub(loadLanes(dy + end, left, 0), dot));
      storeLanes(dx + end, d, left);
    }
  }
}
