import { PoolDescriptor } from "../descriptors";
import { sumPair, widen } from "../simd/lanes";
import { f32At } from "../simd/memory";

/** Σ of rows × columns elements from x on, `step` bytes from row to row. */
function sumOf(x: usize, rows: i32, columns: i32, step: usize): f64 {
  let sum: f64 = 0;
  let pairs: v128 = f64x2.splat(0);
  for (let r = 0; r < rows; r++, x += step) {
    let i = 0;
    for (; i + 4 <= columns; i += 4) pairs = f64x2.add(pairs, widen(v128.load(x + ((<usize>i) << 2))));
    for (; i < columns; i++) sum += <f64>f32.load(x + ((<usize>i) << 2));
  }
  return sum + sumPair(pairs);
}

/** Adds `share` to each of rows × columns elements. */
function addTo(x: usize, rows: i32, columns: i32, step: usize, share: f32): void {
  const shares = f32x4.splat(share);
  for (let r = 0; r < rows; r++, x += step) {
    let i = 0;
    for (; i + 4 <= columns; i += 4) {
      const at = x + ((<usize>i) << 2);
      v128.store(at, f32x4.add(v128.load(at), shares));
    }
    for (; i < columns; i++) {
      const at = x + ((<usize>i) << 2);
      f32.store(at, f32.load(at) + share);
    }
  }
}

/** The mean over a rectangle of x, or in the backward pass its share of dy for each of its elements. */
// @ts-ignore: decorator
@inline
function visit(
  back: bool,
  plane: usize,
  out: usize,
  top: i32,
  bottom: i32,
  left: i32,
  right: i32,
  width: i32,
  divisor: f64,
): void {
  const step = (<usize>width) << 2;
  const from = plane + ((<usize>(top * width + left)) << 2);
  if (back) addTo(from, bottom - top, right - left, step, <f32>(<f64>f32.load(out) / divisor));
  else f32.store(out, <f32>(sumOf(from, bottom - top, right - left, step) / divisor));
}

/** Elements of a window from `start` on that count: inside the plane of `size`, padded by `pad` on both sides. */
// @ts-ignore: decorator
@inline
function extent(start: i32, kernel: i32, size: i32, pad: i32): i32 {
  return min(start + kernel, size + pad) - max(start, -pad);
}

// @ts-ignore: decorator
@inline
function eachWindow(
  back: bool,
  pool: PoolDescriptor,
  planes: i32,
  divisor: f64,
  planesAt: usize,
  outAt: usize,
): void {
  const height = pool.height,
    width = pool.width,
    outHeight = pool.outHeight,
    outWidth = pool.outWidth,
    kh = pool.kernelHeight,
    kw = pool.kernelWidth;
  const aroundY = divisor < 0 ? 0 : pool.padY,
    aroundX = divisor < 0 ? 0 : pool.padX;
  let plane = planesAt,
    out = outAt;
  for (let p = 0; p < planes; p++, plane += (<usize>(height * width)) << 2) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * pool.strideY - pool.padY;
      const tall = extent(top, kh, height, aroundY);
      for (let column = 0; column < outWidth; column++, out += 4) {
        const left = column * pool.strideX - pool.padX;
        const by = divisor > 0 ? divisor : <f64>(tall * extent(left, kw, width, aroundX));
        visit(
          back,
          plane,
          out,
          max(top, 0),
          min(top + kh, height),
          max(left, 0),
          min(left + kw, width),
          width,
          by,
        );
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function eachBin(
  back: bool,
  planes: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  planesAt: usize,
  outAt: usize,
): void {
  let plane = planesAt,
    out = outAt;
  for (let p = 0; p < planes; p++, plane += (<usize>(height * width)) << 2) {
    for (let row = 0; row < outHeight; row++) {
      const top = (row * height) / outHeight,
        bottom = ((row + 1) * height + outHeight - 1) / outHeight;
      for (let column = 0; column < outWidth; column++, out += 4) {
        const left = (column * width) / outWidth,
          right = ((column + 1) * width + outWidth - 1) / outWidth;
        visit(back, plane, out, top, bottom, left, right, width, <f64>((bottom - top) * (right - left)));
      }
    }
  }
}

/** See `poolingKernels.avgPool2d`. */
export function avgPool2d(pool: PoolDescriptor, planes: i32, divisor: f64, x: i32, y: i32): void {
  eachWindow(false, pool, planes, divisor, f32At(x), f32At(y));
}

/** See `poolingKernels.avgPool2dGrad`. */
export function avgPool2dGrad(pool: PoolDescriptor, planes: i32, divisor: f64, dy: i32, dx: i32): void {
  memory.fill(f32At(dx), 0, (<usize>(planes * pool.height * pool.width)) << 2);
  eachWindow(true, pool, planes, divisor, f32At(dx), f32At(dy));
}

/** See `poolingKernels.adaptiveAvgPool2d`. */
export function adaptiveAvgPool2d(
  planes: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  x: i32,
  y: i32,
): void {
  eachBin(false, planes, height, width, outHeight, outWidth, f32At(x), f32At(y));
}

/** See `poolingKernels.adaptiveAvgPool2dGrad`. */
export function adaptiveAvgPool2dGrad(
  planes: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  dy: i32,
  dx: i32,
): void {
  memory.fill(f32At(dx), 0, (<usize>(planes * height * width)) << 2);
  eachBin(true, planes, height, width, outHeight, outWidth, f32At(dx), f32At(dy));
}
