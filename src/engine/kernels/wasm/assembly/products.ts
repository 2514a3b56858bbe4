import { madd } from "./memory";
import { panelOf } from "./turn";

/** Taps of a tile: 6 × 8 with FMA; without it a product needs one more register. */
const ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/**
 * Pixels whose products are summed up in registers at a time: so many that what is left to do for a tile costs little, and
 * so few that sums lose no digits.
 */
const RUN: i32 = 512;

/**
 * sums[depth, n] += Σ x·dy over `count` pixels, whose distances in the planes are at `pixels`, for each of the `depth` taps
 * that lie at the distances at `taps` from a pixel. dy and sums lie in panels: for each pixel or tap 8 outputs side by side.
 */
export function addProducts(taps: usize, pixels: usize, count: i32, n: i32, depth: i32, planes: usize, dy: usize, sums: usize): void {
  for (let o = 0; o < n; o += 8) {
    const width = panelOf(n - o);
    for (let from = 0; from < count; from += RUN) {
      const at = pixels + ((<usize>from) << 2);
      const end = at + ((<usize>min(RUN, count - from)) << 2);
      const turned = dy + ((<usize>(from * width)) << 2);
      if (width > 4) addWide(taps, depth, at, end, planes, turned, sums);
      else addNarrow(taps, depth, at, end, planes, turned, sums);
    }
    dy += (<usize>(width * count)) << 2;
    sums += (<usize>(width * depth)) << 2;
  }
}

// The two that are compiled.
function addWide(taps: usize, depth: i32, from: usize, to: usize, planes: usize, dy: usize, sums: usize): void {
  addPanel(8, taps, depth, from, to, planes, dy, sums);
}
function addNarrow(taps: usize, depth: i32, from: usize, to: usize, planes: usize, dy: usize, sums: usize): void {
  addPanel(4, taps, depth, from, to, planes, dy, sums);
}

/** All taps of one panel, divided among tiles as evenly as can be. */
// @ts-ignore: decorator
@inline
function addPanel(width: i32, taps: usize, depth: i32, from: usize, to: usize, planes: usize, dy: usize, sums: usize): void {
  const tiles = (depth + ROWS - 1) / ROWS;
  const size = depth / tiles, larger = depth % tiles;
  for (let t = 0, at = taps; t < tiles; t++) {
    const rows = size + (t < larger ? 1 : 0);
    switch (rows) {
      case 6:
        tile(6, width, from, to, planes, at, dy, sums);
        break;
      case 5:
        tile(5, width, from, to, planes, at, dy, sums);
        break;
      case 4:
        tile(4, width, from, to, planes, at, dy, sums);
        break;
      case 3:
        tile(3, width, from, to, planes, at, dy, sums);
        break;
      case 2:
        tile(2, width, from, to, planes, at, dy, sums);
        break;
      default:
        tile(1, width, from, to, planes, at, dy, sums);
    }
    at += (<usize>rows) << 2;
    sums += (<usize>(rows * width)) << 2;
  }
}

/** A tile: the `rows` taps from `tap` on, for `width` outputs, over the pixels whose places are from `from` on. */
// @ts-ignore: decorator
@inline
function tile(rows: i32, width: i32, from: usize, end: usize, planes: usize, tap: usize, dy: usize, sums: usize): void {
  let c00: v128 = f32x4.splat(0), c01: v128 = c00, c10: v128 = c00, c11: v128 = c00, c20: v128 = c00, c21: v128 = c00;
  let c30: v128 = c00, c31: v128 = c00, c40: v128 = c00, c41: v128 = c00, c50: v128 = c00, c51: v128 = c00;
  const a0 = planes + <usize>i32.load(tap);
  const a1 = rows > 1 ? planes + <usize>i32.load(tap, 4) : 0, a2 = rows > 2 ? planes + <usize>i32.load(tap, 8) : 0;
  const a3 = rows > 3 ? planes + <usize>i32.load(tap, 12) : 0, a4 = rows > 4 ? planes + <usize>i32.load(tap, 16) : 0;
  const a5 = rows > 5 ? planes + <usize>i32.load(tap, 20) : 0;
  for (let p = from; p < end; p += 4) {
    const at = <usize>i32.load(p);
    const b0 = v128.load(dy);
    const b1 = width > 4 ? v128.load(dy, 16) : b0;
    let x = v128.load32_splat(a0 + at);
    c00 = madd(x, b0, c00);
    if (width > 4) c01 = madd(x, b1, c01);
    if (rows > 1) {
      x = v128.load32_splat(a1 + at);
      c10 = madd(x, b0, c10);
      if (width > 4) c11 = madd(x, b1, c11);
    }
    if (rows > 2) {
      x = v128.load32_splat(a2 + at);
      c20 = madd(x, b0, c20);
      if (width > 4) c21 = madd(x, b1, c21);
    }
    if (rows > 3) {
      x = v128.load32_splat(a3 + at);
      c30 = madd(x, b0, c30);
      if (width > 4) c31 = madd(x, b1, c31);
    }
    if (rows > 4) {
      x = v128.load32_splat(a4 + at);
      c40 = madd(x, b0, c40);
      if (width > 4) c41 = madd(x, b1, c41);
    }
    if (rows > 5) {
      x = v128.load32_splat(a5 + at);
      c50 = madd(x, b0, c50);
      if (width > 4) c51 = madd(x, b1, c51);
    }
    dy += <usize>width << 2;
  }
  const step = (<usize>width) << 2;
  addRow(width, sums, c00, c01);
  if (rows > 1) addRow(width, sums + step, c10, c11);
  if (rows > 2) addRow(width, sums + step * 2, c20, c21);
  if (rows > 3) addRow(width, sums + step * 3, c30, c31);
  if (rows > 4) addRow(width, sums + step * 4, c40, c41);
  if (rows > 5) addRow(width, sums + step * 5, c50, c51);
}

// @ts-ignore: decorator
@inline
function addRow(width: i32, to: usize, low: v128, high: v128): void {
  v128.store(to, f32x4.add(v128.load(to), low));
  if (width > 4) v128.store(to, f32x4.add(v128.load(to, 16), high), 16);
}
