import { LANES, madd } from "../simd/memory";

/** Taps of a tile: 6 × 2 vectors with FMA; without it a product needs one more register. */
const ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/** Its outputs, two vectors; of what is left over 8 and 4. */
const PANEL: i32 = 2 * LANES;

/**
 * Pixels whose products are summed up in registers at a time: so many that what is left to do for a tile costs little, and
 * so few that sums lose no digits.
 */
const RUN: i32 = 512;

/**
 * sums[depth, n] += Σ x·dy over `count` pixels, whose distances in the planes are at `pixels`, for each of the `depth` taps
 * that lie at the distances at `taps` from a pixel. Of dy and of sums outputs lie side by side, `step` bytes from pixel to
 * pixel and from tap to tap: whole vectors of four.
 */
export function addProducts(
  taps: usize,
  pixels: usize,
  count: i32,
  n: i32,
  depth: i32,
  planes: usize,
  dy: usize,
  sums: usize,
  step: usize,
): void {
  for (let o = 0, width = 0; o < n; o += width) {
    const left = n - o,
      at = (<usize>o) << 2;
    width = left >= PANEL ? PANEL : left > 4 ? 8 : 4;
    for (let p = 0; p < count; p += RUN) {
      const from = pixels + ((<usize>p) << 2),
        end = from + ((<usize>min(RUN, count - p)) << 2);
      const transposed = dy + at + step * <usize>p;
      if (width == PANEL) addWide(taps, depth, from, end, planes, transposed, sums + at, step);
      else if (width == 8) addEight(taps, depth, from, end, planes, transposed, sums + at, step);
      else addFour(taps, depth, from, end, planes, transposed, sums + at, step);
    }
  }
}

// Those that are compiled.
function addWide(
  taps: usize,
  depth: i32,
  from: usize,
  to: usize,
  planes: usize,
  dy: usize,
  sums: usize,
  step: usize,
): void {
  addPanel(PANEL, taps, depth, from, to, planes, dy, sums, step);
}
function addEight(
  taps: usize,
  depth: i32,
  from: usize,
  to: usize,
  planes: usize,
  dy: usize,
  sums: usize,
  step: usize,
): void {
  addPanel(8, taps, depth, from, to, planes, dy, sums, step);
}
function addFour(
  taps: usize,
  depth: i32,
  from: usize,
  to: usize,
  planes: usize,
  dy: usize,
  sums: usize,
  step: usize,
): void {
  addPanel(4, taps, depth, from, to, planes, dy, sums, step);
}

/** All taps of one panel, divided among tiles as evenly as can be. */
// @ts-ignore: decorator
@inline
function addPanel(
  width: i32,
  taps: usize,
  depth: i32,
  from: usize,
  to: usize,
  planes: usize,
  dy: usize,
  sums: usize,
  step: usize,
): void {
  const tiles = (depth + ROWS - 1) / ROWS;
  const size = depth / tiles,
    larger = depth % tiles;
  for (let t = 0, at = taps; t < tiles; t++) {
    const rows = size + (t < larger ? 1 : 0);
    switch (rows) {
      case 6:
        tile(6, width, from, to, planes, at, dy, sums, step);
        break;
      case 5:
        tile(5, width, from, to, planes, at, dy, sums, step);
        break;
      case 4:
        tile(4, width, from, to, planes, at, dy, sums, step);
        break;
      case 3:
        tile(3, width, from, to, planes, at, dy, sums, step);
        break;
      case 2:
        tile(2, width, from, to, planes, at, dy, sums, step);
        break;
      default:
        tile(1, width, from, to, planes, at, dy, sums, step);
    }
    at += (<usize>rows) << 2;
    sums += step * <usize>rows;
  }
}

/** A tile: the `rows` taps from `tap` on, for `width` outputs, over the pixels whose places are from `from` on. */
// @ts-ignore: decorator
@inline
function tile(
  rows: i32,
  width: i32,
  from: usize,
  end: usize,
  planes: usize,
  tap: usize,
  dy: usize,
  sums: usize,
  step: usize,
): void {
  let c00: v128 = f32x4.splat(0),
    c01: v128 = c00,
    c02: v128 = c00,
    c03: v128 = c00;
  let c10: v128 = c00,
    c11: v128 = c00,
    c12: v128 = c00,
    c13: v128 = c00;
  let c20: v128 = c00,
    c21: v128 = c00,
    c22: v128 = c00,
    c23: v128 = c00;
  let c30: v128 = c00,
    c31: v128 = c00,
    c32: v128 = c00,
    c33: v128 = c00;
  let c40: v128 = c00,
    c41: v128 = c00,
    c42: v128 = c00,
    c43: v128 = c00;
  let c50: v128 = c00,
    c51: v128 = c00,
    c52: v128 = c00,
    c53: v128 = c00;
  const a0 = planes + <usize>i32.load(tap);
  const a1 = rows > 1 ? planes + <usize>i32.load(tap, 4) : 0,
    a2 = rows > 2 ? planes + <usize>i32.load(tap, 8) : 0;
  const a3 = rows > 3 ? planes + <usize>i32.load(tap, 12) : 0,
    a4 = rows > 4 ? planes + <usize>i32.load(tap, 16) : 0;
  const a5 = rows > 5 ? planes + <usize>i32.load(tap, 20) : 0;
  for (let p = from; p < end; p += 4, dy += step) {
    const at = <usize>i32.load(p);
    const b0 = v128.load(dy);
    const b1 = width > 4 ? v128.load(dy, 16) : b0;
    const b2 = width > 8 ? v128.load(dy, 32) : b0,
      b3 = width > 8 ? v128.load(dy, 48) : b0;
    let x = v128.load32_splat(a0 + at);
    c00 = madd(x, b0, c00);
    if (width > 4) c01 = madd(x, b1, c01);
    if (width > 8) {
      c02 = madd(x, b2, c02);
      c03 = madd(x, b3, c03);
    }
    if (rows > 1) {
      x = v128.load32_splat(a1 + at);
      c10 = madd(x, b0, c10);
      if (width > 4) c11 = madd(x, b1, c11);
      if (width > 8) {
        c12 = madd(x, b2, c12);
        c13 = madd(x, b3, c13);
      }
    }
    if (rows > 2) {
      x = v128.load32_splat(a2 + at);
      c20 = madd(x, b0, c20);
      if (width > 4) c21 = madd(x, b1, c21);
      if (width > 8) {
        c22 = madd(x, b2, c22);
        c23 = madd(x, b3, c23);
      }
    }
    if (rows > 3) {
      x = v128.load32_splat(a3 + at);
      c30 = madd(x, b0, c30);
      if (width > 4) c31 = madd(x, b1, c31);
      if (width > 8) {
        c32 = madd(x, b2, c32);
        c33 = madd(x, b3, c33);
      }
    }
    if (rows > 4) {
      x = v128.load32_splat(a4 + at);
      c40 = madd(x, b0, c40);
      if (width > 4) c41 = madd(x, b1, c41);
      if (width > 8) {
        c42 = madd(x, b2, c42);
        c43 = madd(x, b3, c43);
      }
    }
    if (rows > 5) {
      x = v128.load32_splat(a5 + at);
      c50 = madd(x, b0, c50);
      if (width > 4) c51 = madd(x, b1, c51);
      if (width > 8) {
        c52 = madd(x, b2, c52);
        c53 = madd(x, b3, c53);
      }
    }
  }
  addRow(width, sums, c00, c01, c02, c03);
  if (rows > 1) addRow(width, sums + step, c10, c11, c12, c13);
  if (rows > 2) addRow(width, sums + step * 2, c20, c21, c22, c23);
  if (rows > 3) addRow(width, sums + step * 3, c30, c31, c32, c33);
  if (rows > 4) addRow(width, sums + step * 4, c40, c41, c42, c43);
  if (rows > 5) addRow(width, sums + step * 5, c50, c51, c52, c53);
}

// @ts-ignore: decorator
@inline
function addRow(width: i32, to: usize, x0: v128, x1: v128, x2: v128, x3: v128): void {
  const y0 = f32x4.add(v128.load(to), x0),
    y1 = width > 4 ? f32x4.add(v128.load(to, 16), x1) : x1;
  const y2 = width > 8 ? f32x4.add(v128.load(to, 32), x2) : x2,
    y3 = width > 8 ? f32x4.add(v128.load(to, 48), x3) : x3;
  v128.store(to, y0);
  if (width > 4) v128.store(to, y1, 16);
  if (width > 8) v128.store(to, y2, 32);
  if (width > 8) v128.store(to, y3, 48);
}
