import { f32At } from "./memory";

/** The first k ≥ 0 for which start + k·step is not before 0. */
// @ts-ignore: decorator
@inline
function enter(start: i32, step: i32): i32 {
  return start < 0 ? (step - 1 - start) / step : 0;
}

/** The first k for which start + k·step is not below `size`; at most `count`. */
// @ts-ignore: decorator
@inline
function leave(start: i32, step: i32, size: i32, count: i32): i32 {
  const rest = size - start;
  return rest <= 0 ? 0 : min(count, (rest + step - 1) / step);
}

/**
 * The columns of a block of y, one for each of its rows × columns elements, with all elements of x that it takes: copied
 * from x to `to`, or where `back` is 1 added up from there into x. See `Mover` of ../../conv.ts.
 */
export function moveColumns(x: i32, to: i32, back: i32, row: i32, rows: i32, column: i32, columns: i32, channels: i32, height: i32, width: i32, kh: i32, kw: i32, sy: i32, sx: i32, padY: i32, padX: i32, dilationY: i32, dilationX: i32): void {
  if (!back) memory.fill(f32At(to), 0, (<usize>(channels * kh * kw * rows * columns)) << 2);
  for (let c = 0; c < channels; c++) {
    for (let tap = 0; tap < kh * kw; tap++) {
      const top = row * sy - padY + (tap / kw) * dilationY;
      const left = column * sx - padX + (tap % kw) * dilationX;
      const start = enter(left, sx), end = leave(left, sx, width, columns);
      const below = leave(top, sy, height, rows);
      for (let r = enter(top, sy); r < below; r++) {
        const from = x + (c * height + top + r * sy) * width + left;
        const at = to + ((c * kh * kw + tap) * rows + r) * columns;
        if (back) addRun(f32At(at + start), f32At(from + start * sx), end - start, sx);
        else copyRun(f32At(from + start * sx), f32At(at + start), end - start, sx);
      }
    }
  }
}

/** n elements that are `step` apart, side by side. */
function copyRun(from: usize, to: usize, n: i32, step: i32): void {
  let i = 0;
  if (step == 1) {
    for (; i + 4 <= n; i += 4, from += 16, to += 16) v128.store(to, v128.load(from));
  }
  const stride = (<usize>step) << 2;
  for (; i < n; i++, from += stride, to += 4) f32.store(to, f32.load(from));
}

/** n elements side by side, added to those that are `step` apart. */
function addRun(from: usize, to: usize, n: i32, step: i32): void {
  let i = 0;
  if (step == 1) {
    for (; i + 4 <= n; i += 4, from += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
  const stride = (<usize>step) << 2;
  for (; i < n; i++, from += 4, to += stride) f32.store(to, f32.load(to) + f32.load(from));
}

/** See `PoolingKernels.maxPool2d`. */
export function maxPool2d(planes: i32, x: i32, y: i32, taps: i32, height: i32, width: i32, outHeight: i32, outWidth: i32, kh: i32, kw: i32, sy: i32, sx: i32, padY: i32, padX: i32, dilationY: i32, dilationX: i32): void {
  let to = f32At(y), kept = f32At(taps);
  const pairs = kh == 2 && kw == 2 && sy == 2 && sx == 2 && padY == 0 && padX == 0 && dilationY == 1 && dilationX == 1;
  // With `ceil_mode` the last window may stick out.
  if (pairs && 2 * outHeight <= height && 2 * outWidth <= width) {
    for (let plane = 0; plane < planes; plane++, x += height * width) {
      for (let row = 0; row < outHeight; row++) {
        pairRows(f32At(x + 2 * row * width), (<usize>width) << 2, outWidth, to, kept);
        to += (<usize>outWidth) << 2;
        kept += (<usize>outWidth) << 2;
      }
    }
    return;
  }
  for (let plane = 0; plane < planes; plane++, x += height * width) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * sy - padY;
      const firstRow = enter(top, dilationY), lastRow = leave(top, dilationY, height, kh);
      for (let column = 0; column < outWidth; column++, to += 4, kept += 4) {
        const left = column * sx - padX;
        const start = enter(left, dilationX), end = leave(left, dilationX, width, kw);
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

/** One row of 2 × 2 windows side by side, which is how most are: four at a time. */
function pairRows(x: usize, below: usize, n: i32, to: usize, kept: usize): void {
  let i = 0;
  for (; i + 4 <= n; i += 4, x += 32, to += 16, kept += 16) {
    const a = v128.load(x), b = v128.load(x, 16);
    const c = v128.load(x + below), d = v128.load(x + below, 16);
    let most = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
    let tap = f32x4.splat(0);
    const second = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
    const third = v128.shuffle<f32>(c, d, 0, 2, 4, 6);
    const fourth = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
    let take = larger(second, most);
    most = v128.bitselect(second, most, take);
    tap = v128.bitselect(f32x4.splat(1), tap, take);
    take = larger(third, most);
    most = v128.bitselect(third, most, take);
    tap = v128.bitselect(f32x4.splat(2), tap, take);
    take = larger(fourth, most);
    v128.store(to, v128.bitselect(fourth, most, take));
    v128.store(kept, v128.bitselect(f32x4.splat(3), tap, take));
  }
  for (; i < n; i++, x += 8, to += 4, kept += 4) {
    let most = f32.load(x);
    let tap: f32 = 0;
    for (let k = 1; k < 4; k++) {
      const value = f32.load(x + (k > 1 ? below : 0) + ((<usize>(k & 1)) << 2));
      if (value > most || value != value) {
        most = value;
        tap = <f32>k;
      }
    }
    f32.store(to, most);
    f32.store(kept, tap);
  }
}

/** Where x takes the place of the greatest so far: it is greater, or a NaN. */
// @ts-ignore: decorator
@inline
function larger(x: v128, most: v128): v128 {
  return v128.or(f32x4.gt(x, most), f32x4.ne(x, x));
}

/** See `PoolingKernels.maxPool2dGrad`. */
export function maxPool2dGrad(planes: i32, taps: i32, dy: i32, dx: i32, height: i32, width: i32, outHeight: i32, outWidth: i32, kh: i32, kw: i32, sy: i32, sx: i32, padY: i32, padX: i32, dilationY: i32, dilationX: i32): void {
  memory.fill(f32At(dx), 0, (<usize>(planes * height * width)) << 2);
  let from = f32At(dy), kept = f32At(taps);
  for (let plane = 0; plane < planes; plane++, dx += height * width) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++, from += 4, kept += 4) {
        const tap = <i32>f32.load(kept);
        if (tap < 0) continue;
        const r = row * sy - padY + (tap / kw) * dilationY;
        const to = f32At(dx + r * width + column * sx - padX + (tap % kw) * dilationX);
        f32.store(to, f32.load(to) + f32.load(from));
      }
    }
  }
}
