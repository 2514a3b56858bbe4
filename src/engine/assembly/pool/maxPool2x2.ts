import { PoolDescriptor } from "../descriptors";

/*
 * Max pooling over 2 × 2 windows side by side, which is how most of it is: four of them at a time. Of rows whose number of
 * windows is no multiple of four the last four are computed twice in part.
 */

/** Whether windows are 2 × 2, side by side, and none sticks out, as the last may with `ceil_mode`. */
// @ts-ignore: decorator
@inline
export function is2x2(pool: PoolDescriptor): bool {
  const slides = pool.strideY == 2 && pool.strideX == 2 && pool.dilationY == 1 && pool.dilationX == 1;
  const sideBySide =
    slides && pool.kernelHeight == 2 && pool.kernelWidth == 2 && pool.padY == 0 && pool.padX == 0;
  return sideBySide && 2 * pool.outHeight <= pool.height && 2 * pool.outWidth <= pool.width;
}

export function maxPool2x2(pool: PoolDescriptor, planes: i32, x: usize, y: usize, taps: usize): void {
  const width = pool.width,
    outHeight = pool.outHeight,
    outWidth = pool.outWidth;
  const below = (<usize>width) << 2,
    row = (<usize>outWidth) << 2;
  // Windows may not reach the end of the plane.
  const rest = (<usize>((pool.height - 2 * outHeight) * width)) << 2;
  for (let plane = 0; plane < planes; plane++, x += rest) {
    for (let r = 0; r < outHeight; r++, x += below * 2, y += row, taps += row) {
      if (outWidth < 4) shortRow(x, below, outWidth, y, taps);
      else wholeRow(x, below, outWidth, y, taps);
    }
  }
}

// @ts-ignore: decorator
@inline
function wholeRow(x: usize, below: usize, n: i32, y: usize, taps: usize): void {
  for (let i = 0; ;) {
    four(x + ((<usize>i) << 3), below, y + ((<usize>i) << 2), taps + ((<usize>i) << 2));
    if (i + 4 >= n) return;
    i = min(i + 4, n - 4);
  }
}

// @ts-ignore: decorator
@inline
function four(x: usize, below: usize, y: usize, taps: usize): void {
  const a = v128.load(x),
    b = v128.load(x, 16),
    c = v128.load(x + below),
    d = v128.load(x + below, 16);
  const x0 = v128.shuffle<f32>(a, b, 0, 2, 4, 6),
    x1 = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
  const x2 = v128.shuffle<f32>(c, d, 0, 2, 4, 6),
    x3 = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
  const upper = larger(x1, x0),
    lower = larger(x3, x2);
  const above = v128.bitselect(x1, x0, upper),
    beneath = v128.bitselect(x3, x2, lower);
  const take = larger(beneath, above);
  v128.store(y, v128.bitselect(beneath, above, take));
  const second = v128.bitselect(lower, upper, take);
  // A mask is −1 as an integer.
  const tap = i32x4.neg(i32x4.add(second, i32x4.add(take, take)));
  v128.store(taps, f32x4.convert_i32x4_s(tap));
}

/** Where x takes the place of the greatest so far: it is greater, or a NaN. */
// @ts-ignore: decorator
@inline
function larger(x: v128, most: v128): v128 {
  return v128.or(f32x4.gt(x, most), f32x4.ne(x, x));
}

function shortRow(x: usize, below: usize, n: i32, y: usize, taps: usize): void {
  for (let i = 0; i < n; i++, x += 8, y += 4, taps += 4) {
    let most = f32.load(x);
    let tap: f32 = 0;
    for (let k = 1; k < 4; k++) {
      const value = f32.load(x + (k > 1 ? below : 0) + ((<usize>(k & 1)) << 2));
      if (value > most || value != value) {
        most = value;
        tap = <f32>k;
      }
    }
    f32.store(y, most);
    f32.store(taps, tap);
  }
}

/** Writes all of dx: dy where it was taken from, 0 elsewhere. */
export function maxPool2x2Grad(pool: PoolDescriptor, planes: i32, taps: usize, dy: usize, dx: usize): void {
  const width = pool.width,
    outHeight = pool.outHeight,
    outWidth = pool.outWidth;
  const below = (<usize>width) << 2,
    row = (<usize>outWidth) << 2;
  const beside = (<usize>(width - 2 * outWidth)) << 2;
  const rest = (<usize>((pool.height - 2 * outHeight) * width)) << 2;
  for (let plane = 0; plane < planes; plane++) {
    for (let r = 0; r < outHeight; r++, dx += below * 2, dy += row, taps += row) {
      if (outWidth < 4) shortRowGrad(taps, dy, dx, below, outWidth);
      else wholeRowGrad(taps, dy, dx, below, outWidth);
      if (beside) {
        memory.fill(dx + row * 2, 0, beside);
        memory.fill(dx + below + row * 2, 0, beside);
      }
    }
    if (rest) {
      memory.fill(dx, 0, rest);
      dx += rest;
    }
  }
}

// @ts-ignore: decorator
@inline
function wholeRowGrad(taps: usize, dy: usize, dx: usize, below: usize, n: i32): void {
  const one = f32x4.splat(1),
    two = f32x4.splat(2),
    three = f32x4.splat(3),
    zero = f32x4.splat(0);
  for (let i = 0; ;) {
    const at = (<usize>i) << 2;
    const tap = v128.load(taps + at),
      g = v128.load(dy + at);
    const to = dx + at * 2;
    const x0 = v128.and(g, f32x4.eq(tap, zero)),
      x1 = v128.and(g, f32x4.eq(tap, one));
    const x2 = v128.and(g, f32x4.eq(tap, two)),
      x3 = v128.and(g, f32x4.eq(tap, three));
    v128.store(to, v128.shuffle<f32>(x0, x1, 0, 4, 1, 5));
    v128.store(to, v128.shuffle<f32>(x0, x1, 2, 6, 3, 7), 16);
    v128.store(to + below, v128.shuffle<f32>(x2, x3, 0, 4, 1, 5));
    v128.store(to + below, v128.shuffle<f32>(x2, x3, 2, 6, 3, 7), 16);
    if (i + 4 >= n) return;
    i = min(i + 4, n - 4);
  }
}

function shortRowGrad(taps: usize, dy: usize, dx: usize, below: usize, n: i32): void {
  for (let i = 0; i < n; i++, taps += 4, dy += 4, dx += 8) {
    const tap = f32.load(taps),
      g = f32.load(dy);
    f32.store(dx, tap == 0 ? g : 0);
    f32.store(dx, tap == 1 ? g : 0, 4);
    f32.store(dx + below, tap == 2 ? g : 0);
    f32.store(dx + below, tap == 3 ? g : 0, 4);
  }
}
