import { PoolDescriptor } from "../descriptors";
import { f32At } from "../simd/memory";
import { is2x2, maxPool2x2, maxPool2x2Grad } from "./maxPool2x2";
import { enter, leave } from "./windows";

/** See `poolingKernels.maxPool2d`. */
export function maxPool2d(pool: PoolDescriptor, planes: i32, x: i32, y: i32, taps: i32): void {
  if (is2x2(pool)) {
    maxPool2x2(pool, planes, f32At(x), f32At(y), f32At(taps));
    return;
  }
  const height = pool.height,
    width = pool.width,
    outHeight = pool.outHeight,
    outWidth = pool.outWidth,
    kh = pool.kernelHeight,
    kw = pool.kernelWidth,
    dilationY = pool.dilationY,
    dilationX = pool.dilationX;
  let to = f32At(y),
    kept = f32At(taps);
  for (let plane = 0; plane < planes; plane++, x += height * width) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * pool.strideY - pool.padY;
      const firstRow = enter(top, dilationY),
        lastRow = leave(top, dilationY, height, kh);
      for (let column = 0; column < outWidth; column++, to += 4, kept += 4) {
        const left = column * pool.strideX - pool.padX;
        const start = enter(left, dilationX),
          end = leave(left, dilationX, width, kw);
        let most: f32 = -Infinity;
        let tap = -1;
        for (let r = firstRow; r < lastRow; r++) {
          const from = x + (top + r * dilationY) * width + left;
          for (let c = start; c < end; c++) {
            const value = f32.load(f32At(from + c * dilationX));
            if (value > most || value != value || tap < 0) {
              most = value;
              tap = r * kw + c;
            }
          }
        }
        f32.store(to, most);
        f32.store(kept, <f32>tap);
      }
    }
  }
}

/** See `poolingKernels.maxPool2dGrad`. */
export function maxPool2dGrad(pool: PoolDescriptor, planes: i32, taps: i32, dy: i32, dx: i32): void {
  if (is2x2(pool)) {
    maxPool2x2Grad(pool, planes, f32At(taps), f32At(dy), f32At(dx));
    return;
  }
  const height = pool.height,
    width = pool.width,
    outHeight = pool.outHeight,
    outWidth = pool.outWidth,
    kw = pool.kernelWidth;
  memory.fill(f32At(dx), 0, (<usize>(planes * height * width)) << 2);
  let from = f32At(dy),
    kept = f32At(taps);
  for (let plane = 0; plane < planes; plane++, dx += height * width) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++, from += 4, kept += 4) {
        const tap = <i32>f32.load(kept);
        if (tap < 0) continue;
        const r = row * pool.strideY - pool.padY + (tap / kw) * pool.dilationY;
        const c = column * pool.strideX - pool.padX + (tap % kw) * pool.dilationX;
        const to = f32At(dx + r * width + c);
        f32.store(to, f32.load(to) + f32.load(from));
      }
    }
  }
}
