import { exp4 } from "../simd/functions";
import { loadLanes, storeLanes, sumPair, widen } from "../simd/lanes";
import { f32At, f64At, elementAt } from "../simd/memory";
import { meanInRange, MOST_F32 } from "../simd/range";

/* Losses of scores against a class. The figures of a row are in double precision: they stay right where p is all but 1. */

/** The greatest of a row, NaN left aside. */
function greatest(x: usize, n: i32): f32 {
  let top = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) top = f32x4.pmax(top, v128.load(elementAt(x, i)));
  if (i < n) top = f32x4.pmax(top, loadLanes(elementAt(x, i), n - i, -Infinity));
  top = f32x4.pmax(top, v128.shuffle<i32>(top, top, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(top, v128.shuffle<i32>(top, top, 1, 0, 3, 2)), 0);
}

/** Stores exp(x − top) of a row; gives their sum: NaN where any score is. */
function exponentials(x: usize, n: i32, top: f32, y: usize): f64 {
  const top4 = f32x4.splat(top);
  let sum = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const left = n - i;
    const score = left >= 4 ? v128.load(elementAt(x, i)) : loadLanes(elementAt(x, i), left, -Infinity);
    const e = exp4(f32x4.sub(score, top4));
    sum = f64x2.add(sum, widen(e));
    if (left >= 4) v128.store(elementAt(y, i), e);
    else storeLanes(elementAt(y, i), e, left);
  }
  return sumPair(sum);
}

/** y = y · scale − shift over a row. */
function rescale(y: usize, n: i32, scale: f32, shift: f32): void {
  const scale4 = f32x4.splat(scale),
    shift4 = f32x4.splat(shift);
  let i = 0;
  for (; i + 4 <= n; i += 4)
    v128.store(elementAt(y, i), f32x4.sub(f32x4.mul(v128.load(elementAt(y, i)), scale4), shift4));
  for (; i < n; i++) f32.store(elementAt(y, i), f32.load(elementAt(y, i)) * scale - shift);
}

/** Σ(x − top) of a row. */
function sumBelow(x: usize, n: i32, top: f64): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += <f64>f32.load(elementAt(x, i)) - top;
  return sum;
}

/** Whether any of n elements is above `bound`, or also equal to it. */
// @ts-ignore: decorator
@inline
function anyAbove(x: usize, n: i32, bound: f32, equal: bool): bool {
  const bound4 = f32x4.splat(bound);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(elementAt(x, i));
    if (v128.any_true(equal ? f32x4.ge(v, bound4) : f32x4.gt(v, bound4))) return true;
  }
  for (; i < n; i++) {
    const v = f32.load(elementAt(x, i));
    if (equal ? v >= bound : v > bound) return true;
  }
  return false;
}

/** Whether `argmax` of a row, the first of equals, is `target`: NaN counts only where it is the first element. */
function isArgmax(x: usize, n: i32, target: i32): bool {
  const own = f32.load(elementAt(x, target)),
    first = f32.load(x);
  if (target > 0 && (isNaN(own) || isNaN(first))) return false;
  return !anyAbove(x, target, own, true) && !anyAbove(elementAt(x, target + 1), n - target - 1, own, false);
}

/** See `lossKernels.crossEntropy`. */
export function crossEntropy(rows: i32, n: i32, xAt: i32, t: i32, smoothing: f64, dxAt: i32, out: i32): void {
  const share = 1 / <f64>rows,
    spread = smoothing / <f64>n,
    own = 1 - smoothing,
    wanted = own + spread;
  let loss: f64 = 0,
    right = 0;
  for (let r = 0; r < rows; r++) {
    const x = f32At(xAt + r * n),
      dx = f32At(dxAt + r * n);
    const target = <i32>f32.load(f32At(t + r));
    const top = greatest(x, n);
    const sum = exponentials(x, n, top, dx);
    loss += Math.log(sum) - own * (<f64>f32.load(elementAt(x, target)) - <f64>top);
    if (smoothing != 0) loss -= spread * sumBelow(x, n, <f64>top);
    const p = <f64>f32.load(elementAt(dx, target)) / sum;
    rescale(dx, n, <f32>(share / sum), <f32>(spread * share));
    f32.store(elementAt(dx, target), <f32>((p - wanted) * share));
    if (isArgmax(x, n, target)) right++;
  }
  // PyTorch sums −ln p of the classes, and those of all scores a row, apart, and scales the two means.
  const least = smoothing == 0 || own == 0 ? own + spread : min(own, spread);
  if (loss >= MOST_F32 * least) {
    const classes = <f64>(<f32>sumOfClasses(rows, n, xAt, t)),
      all = smoothing == 0 ? 0 : <f64>(<f32>sumOfScores(rows, n, xAt));
    if (!isFinite(classes) || !isFinite(all))
      loss = (own * classes + (smoothing == 0 ? 0 : spread * all)) * <f64>rows;
  }
  f64.store(f64At(out), loss * share);
  f64.store(f64At(out + 1), <f64>right);
}

/** Σ −ln p of the right classes, where scores are so far apart that nothing else counts. */
function sumOfClasses(rows: i32, n: i32, xAt: i32, t: i32): f64 {
  let sum: f64 = 0;
  for (let r = 0; r < rows; r++) {
    const x = f32At(xAt + r * n);
    sum -= <f64>(f32.load(elementAt(x, <i32>f32.load(f32At(t + r)))) - greatest(x, n));
  }
  return sum;
}

/** Σ of −ln p of all classes, likewise: a sum of a row that no float holds is infinite. */
function sumOfScores(rows: i32, n: i32, xAt: i32): f64 {
  let sum: f64 = 0;
  for (let r = 0; r < rows; r++) {
    const x = f32At(xAt + r * n);
    sum -= <f64>(<f32>sumBelow(x, n, <f64>greatest(x, n)));
  }
  return sum;
}

/** See `lossKernels.nll`. */
export function nll(rows: i32, n: i32, xAt: i32, t: i32, dxAt: i32, out: i32): void {
  memory.fill(f32At(dxAt), 0, (<usize>(rows * n)) << 2);
  const share: f32 = -1 / <f32>rows;
  let loss: f64 = 0,
    right = 0;
  for (let r = 0; r < rows; r++) {
    const x = f32At(xAt + r * n);
    const target = <i32>f32.load(f32At(t + r));
    loss -= <f64>f32.load(elementAt(x, target));
    f32.store(elementAt(f32At(dxAt + r * n), target), share);
    if (isArgmax(x, n, target)) right++;
  }
  f64.store(f64At(out), meanInRange(loss, rows));
  f64.store(f64At(out + 1), <f64>right);
}
