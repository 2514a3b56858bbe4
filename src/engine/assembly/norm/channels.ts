import { storeLanes } from "../simd/lanes";
import { madd } from "../simd/memory";

/*
 * Sums and maps over columns of a matrix: of up to four vectors of four columns that lie side by side, a line of the cache,
 * row by row. What a pass finds or needs, one number a column, lies in rows of 64 bytes, all in one place: `figures`. `vectors` is a constant wherever
 * these are inlined; where it is 1, only the first `lanes` columns exist: what lies beyond is read and never stored.
 */

/** Where the figures of each kind are, in bytes from the first. */
export const MEANS: usize = 0;
export const SUMS: usize = 64;
export const DOTS: usize = 128;
export const SCALES: usize = 192;
export const SHIFTS: usize = 256;
export const SLOPES: usize = 320;

/** Rows whose sums are added up on their own: an error grows with the number of additions, not of rows. */
const RUN: i32 = 256;

// @ts-ignore: decorator
@inline
function nil(): v128 {
  return f32x4.splat(0);
}

/** Zeros for up to 16 columns. */
// @ts-ignore: decorator
@inline
function clear(to: usize): void {
  v128.store(to, nil());
  v128.store(to, nil(), 16);
  v128.store(to, nil(), 32);
  v128.store(to, nil(), 48);
}

/** Adds one vector to those at `to`, or four. */
// @ts-ignore: decorator
@inline
function accumulate(vectors: i32, to: usize, x0: v128, x1: v128, x2: v128, x3: v128): void {
  const y0 = f32x4.add(v128.load(to), x0);
  if (vectors == 1) {
    v128.store(to, y0);
    return;
  }
  const y1 = f32x4.add(v128.load(to, 16), x1),
    y2 = f32x4.add(v128.load(to, 32), x2),
    y3 = f32x4.add(v128.load(to, 48), x3);
  v128.store(to, y0);
  v128.store(to, y1, 16);
  v128.store(to, y2, 32);
  v128.store(to, y3, 48);
}

/** Σx, at `to` */
// @ts-ignore: decorator
@inline
export function sumColumns(vectors: i32, rows: i32, step: usize, x: usize, to: usize): void {
  clear(to);
  for (let r = 0; r < rows; r += RUN) {
    let s0 = nil(),
      s1 = s0,
      s2 = s0,
      s3 = s0;
    for (let left = min(RUN, rows - r); left > 0; left--, x += step) {
      s0 = f32x4.add(s0, v128.load(x));
      if (vectors > 1) {
        s1 = f32x4.add(s1, v128.load(x, 16));
        s2 = f32x4.add(s2, v128.load(x, 32));
        s3 = f32x4.add(s3, v128.load(x, 48));
      }
    }
    accumulate(vectors, to, s0, s1, s2, s3);
  }
}

// @ts-ignore: decorator
@inline
function square(x: v128, mean: v128, sum: v128): v128 {
  const centred = f32x4.sub(x, mean);
  return madd(centred, centred, sum);
}

/** sums = Σ(x − mean)² */
// @ts-ignore: decorator
@inline
export function spreadColumns(vectors: i32, rows: i32, step: usize, x: usize, figures: usize): void {
  const mean = figures + MEANS,
    sums = figures + SUMS;
  clear(sums);
  const m0 = v128.load(mean),
    m1 = v128.load(mean, 16),
    m2 = v128.load(mean, 32),
    m3 = v128.load(mean, 48);
  for (let r = 0; r < rows; r += RUN) {
    let s0 = nil(),
      s1 = s0,
      s2 = s0,
      s3 = s0;
    for (let left = min(RUN, rows - r); left > 0; left--, x += step) {
      s0 = square(v128.load(x), m0, s0);
      if (vectors > 1) {
        s1 = square(v128.load(x, 16), m1, s1);
        s2 = square(v128.load(x, 32), m2, s2);
        s3 = square(v128.load(x, 48), m3, s3);
      }
    }
    accumulate(vectors, sums, s0, s1, s2, s3);
  }
}

/** sums = Σdy, dots = Σ(x − mean)·dy */
// @ts-ignore: decorator
@inline
export function dotColumns(vectors: i32, rows: i32, step: usize, x: usize, dy: usize, figures: usize): void {
  const mean = figures + MEANS,
    sums = figures + SUMS,
    dots = figures + DOTS;
  clear(sums);
  clear(dots);
  const m0 = v128.load(mean),
    m1 = v128.load(mean, 16),
    m2 = v128.load(mean, 32),
    m3 = v128.load(mean, 48);
  for (let r = 0; r < rows; r += RUN) {
    let s0 = nil(),
      s1 = s0,
      s2 = s0,
      s3 = s0,
      d0 = s0,
      d1 = s0,
      d2 = s0,
      d3 = s0;
    for (let left = min(RUN, rows - r); left > 0; left--, x += step, dy += step) {
      let g = v128.load(dy);
      s0 = f32x4.add(s0, g);
      d0 = madd(f32x4.sub(v128.load(x), m0), g, d0);
      if (vectors > 1) {
        g = v128.load(dy, 16);
        s1 = f32x4.add(s1, g);
        d1 = madd(f32x4.sub(v128.load(x, 16), m1), g, d1);
        g = v128.load(dy, 32);
        s2 = f32x4.add(s2, g);
        d2 = madd(f32x4.sub(v128.load(x, 32), m2), g, d2);
        g = v128.load(dy, 48);
        s3 = f32x4.add(s3, g);
        d3 = madd(f32x4.sub(v128.load(x, 48), m3), g, d3);
      }
    }
    accumulate(vectors, sums, s0, s1, s2, s3);
    accumulate(vectors, dots, d0, d1, d2, d3);
  }
}

/** y = (x − mean) · scale + shift */
// @ts-ignore: decorator
@inline
export function scaleColumns(
  vectors: i32,
  lanes: i32,
  rows: i32,
  step: usize,
  x: usize,
  y: usize,
  figures: usize,
): void {
  const mean = figures + MEANS,
    scale = figures + SCALES,
    shift = figures + SHIFTS;
  const m0 = v128.load(mean),
    m1 = v128.load(mean, 16),
    m2 = v128.load(mean, 32),
    m3 = v128.load(mean, 48);
  const k0 = v128.load(scale),
    k1 = v128.load(scale, 16),
    k2 = v128.load(scale, 32),
    k3 = v128.load(scale, 48);
  const b0 = v128.load(shift),
    b1 = v128.load(shift, 16),
    b2 = v128.load(shift, 32),
    b3 = v128.load(shift, 48);
  for (let left = rows; left > 0; left--, x += step, y += step) {
    const y0 = madd(f32x4.sub(v128.load(x), m0), k0, b0);
    if (vectors > 1) {
      const y1 = madd(f32x4.sub(v128.load(x, 16), m1), k1, b1),
        y2 = madd(f32x4.sub(v128.load(x, 32), m2), k2, b2);
      const y3 = madd(f32x4.sub(v128.load(x, 48), m3), k3, b3);
      v128.store(y, y0);
      v128.store(y, y1, 16);
      v128.store(y, y2, 32);
      v128.store(y, y3, 48);
    } else if (lanes < 4) storeLanes(y, y0, lanes);
    else v128.store(y, y0);
  }
}

/** dx = dy · scale + (x − mean) · slope + shift */
// @ts-ignore: decorator
@inline
export function backColumns(
  vectors: i32,
  lanes: i32,
  rows: i32,
  step: usize,
  x: usize,
  dy: usize,
  dx: usize,
  figures: usize,
): void {
  const mean = figures + MEANS,
    scale = figures + SCALES,
    slope = figures + SLOPES,
    shift = figures + SHIFTS;
  const m0 = v128.load(mean),
    m1 = v128.load(mean, 16),
    m2 = v128.load(mean, 32),
    m3 = v128.load(mean, 48);
  const k0 = v128.load(scale),
    k1 = v128.load(scale, 16),
    k2 = v128.load(scale, 32),
    k3 = v128.load(scale, 48);
  const s0 = v128.load(slope),
    s1 = v128.load(slope, 16),
    s2 = v128.load(slope, 32),
    s3 = v128.load(slope, 48);
  const b0 = v128.load(shift),
    b1 = v128.load(shift, 16),
    b2 = v128.load(shift, 32),
    b3 = v128.load(shift, 48);
  for (let left = rows; left > 0; left--, x += step, dy += step, dx += step) {
    const d0 = madd(f32x4.sub(v128.load(x), m0), s0, madd(v128.load(dy), k0, b0));
    if (vectors > 1) {
      const d1 = madd(f32x4.sub(v128.load(x, 16), m1), s1, madd(v128.load(dy, 16), k1, b1));
      const d2 = madd(f32x4.sub(v128.load(x, 32), m2), s2, madd(v128.load(dy, 32), k2, b2));
      const d3 = madd(f32x4.sub(v128.load(x, 48), m3), s3, madd(v128.load(dy, 48), k3, b3));
      v128.store(dx, d0);
      v128.store(dx, d1, 16);
      v128.store(dx, d2, 32);
      v128.store(dx, d3, 48);
    } else if (lanes < 4) storeLanes(dx, d0, lanes);
    else v128.store(dx, d0);
  }
}
