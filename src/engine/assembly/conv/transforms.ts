import { storeLanes } from "../simd/lanes";
import { CONV_PLAN, plans } from "../simd/memory";
import { PaddedInput } from "./paddedInput";

/*
 * Winograd's minimal filtering F(2 × 2, 3 × 3): y = Aᵀ[(G·W·Gᵀ) ⊙ (Bᵀ·x·B)]A for a tile of 2 × 2 elements of y, which takes
 * 4 × 4 of x: 16 products instead of 36. A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016, §4.1.
 *
 *        ⎡ 1  0 −1  0 ⎤        ⎡ 1   0   0 ⎤
 *   Bᵀ = ⎢ 0  1  1  0 ⎥    G = ⎢ ½   ½   ½ ⎥    Aᵀ = ⎡ 1  1  1  0 ⎤
 *        ⎢ 0 −1  1  0 ⎥        ⎢ ½  −½   ½ ⎥         ⎣ 0  1 −1 −1 ⎦
 *        ⎣ 0  1  0 −1 ⎦        ⎣ 0   0   1 ⎦
 *
 * Transforms lie as 16 matrices, one for each of the elements of a tile, row by row.
 */

/** A plane of y, and its tiles along its rows and columns. */
@unmanaged
export class Tiles {
  height: i32;
  width: i32;
  across: i32;
  down: i32;

  plan(height: i32, width: i32): void {
    this.height = height;
    this.width = width;
    this.across = (width + 1) >> 1;
    this.down = (height + 1) >> 1;
  }
}

/** Those of the convolution at work. */
// @ts-ignore: decorator
@inline
export function tilesPlan(): Tiles {
  return changetype<Tiles>(plans + CONV_PLAN + offsetof<PaddedInput>());
}

/** Where a row of tiles is continued after four of them at `i`: the last four may be done twice in part; −1 at the end. */
// @ts-ignore: decorator
@inline
function next(i: i32, across: i32): i32 {
  return i + 4 >= across ? -1 : min(i + 4, across - 4);
}

/** V = Bᵀ·x·B for all tiles of `count` planes, whose transforms lie `row` bytes apart, the 16 matrices `step`. */
export function transformPlanes(
  tiles: Tiles,
  input: PaddedInput,
  planes: usize,
  count: i32,
  V: usize,
  row: usize,
  step: usize,
): void {
  const down = tiles.down,
    across = tiles.across,
    pitch = input.pitch;
  const below = (<usize>pitch) << 2;
  for (let c = 0; c < count; c++) {
    for (let r = 0, to = V; r < down; r++, to += (<usize>across) << 2) {
      const from = planes + ((<usize>(2 * r * pitch)) << 2);
      for (let i = 0; i >= 0; i = next(i, across)) {
        const x = from + ((<usize>i) << 3),
          at = to + ((<usize>i) << 2);
        transformRow(false, x, x + below * 2, at, step);
        transformRow(true, x + below, x + below * 2, at + step * 4, step);
        transformRow(false, x + below * 2, x + below, at + step * 8, step);
        transformRow(false, x + below, x + below * 3, at + step * 12, step);
      }
    }
    planes += (<usize>input.plane) << 2;
    V += row;
  }
}

/** One row of V for four tiles, from the sum or the difference of two rows of x. */
// @ts-ignore: decorator
@inline
function transformRow(sum: bool, x: usize, other: usize, to: usize, step: usize): void {
  const a = combine(sum, v128.load(x), v128.load(other)),
    b = combine(sum, v128.load(x, 16), v128.load(other, 16));
  const c = combine(sum, v128.load(x, 8), v128.load(other, 8)),
    d = combine(sum, v128.load(x, 24), v128.load(other, 24));
  const x0 = v128.shuffle<f32>(a, b, 0, 2, 4, 6),
    x1 = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
  const x2 = v128.shuffle<f32>(c, d, 0, 2, 4, 6),
    x3 = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
  v128.store(to, f32x4.sub(x0, x2));
  v128.store(to + step, f32x4.add(x1, x2));
  v128.store(to + step * 2, f32x4.sub(x2, x1));
  v128.store(to + step * 3, f32x4.sub(x1, x3));
}

// @ts-ignore: decorator
@inline
function combine(sum: bool, x: v128, y: v128): v128 {
  return sum ? f32x4.add(x, y) : f32x4.sub(x, y);
}

/** y = AᵀMA plus bias for all tiles of `count` planes, whose M lie `row` bytes apart, the 16 matrices `step`. */
export function untransformPlanes(
  tiles: Tiles,
  M: usize,
  row: usize,
  step: usize,
  count: i32,
  y: usize,
  bias: usize,
): void {
  const down = tiles.down,
    across = tiles.across,
    height = tiles.height,
    width = tiles.width;
  const below = (<usize>width) << 2;
  for (let o = 0; o < count; o++, M += row, bias += 4) {
    const b = v128.load32_splat(bias);
    for (let r = 0, from = M; r < down; r++, from += (<usize>across) << 2) {
      const both = 2 * r + 1 < height;
      for (let i = 0; i >= 0; i = next(i, across)) {
        untransform(from + ((<usize>i) << 2), step, y + ((<usize>i) << 3), below, width - 2 * i, both, b);
      }
      y += both ? below * 2 : below;
    }
  }
}

/** Four tiles side by side, of which the first `columns` columns are stored, and one row or both. */
// @ts-ignore: decorator
@inline
function untransform(
  m: usize,
  step: usize,
  y: usize,
  below: usize,
  columns: i32,
  both: bool,
  bias: v128,
): void {
  const n = m + step * 4,
    o = m + step * 8,
    p = m + step * 12;
  let a = v128.load(m),
    b = v128.load(n),
    c = v128.load(o),
    d = v128.load(p);
  const u0 = f32x4.add(f32x4.add(a, b), c),
    l0 = f32x4.sub(f32x4.sub(b, c), d);
  a = v128.load(m + step);
  b = v128.load(n + step);
  c = v128.load(o + step);
  d = v128.load(p + step);
  const u1 = f32x4.add(f32x4.add(a, b), c),
    l1 = f32x4.sub(f32x4.sub(b, c), d);
  a = v128.load(m + step * 2);
  b = v128.load(n + step * 2);
  c = v128.load(o + step * 2);
  d = v128.load(p + step * 2);
  const u2 = f32x4.add(f32x4.add(a, b), c),
    l2 = f32x4.sub(f32x4.sub(b, c), d);
  a = v128.load(m + step * 3);
  b = v128.load(n + step * 3);
  c = v128.load(o + step * 3);
  d = v128.load(p + step * 3);
  const u3 = f32x4.add(f32x4.add(a, b), c),
    l3 = f32x4.sub(f32x4.sub(b, c), d);
  putRow(y, f32x4.add(f32x4.add(u0, u1), u2), f32x4.sub(f32x4.sub(u1, u2), u3), columns, bias);
  if (both)
    putRow(y + below, f32x4.add(f32x4.add(l0, l1), l2), f32x4.sub(f32x4.sub(l1, l2), l3), columns, bias);
}

/** Up to 8 elements of a row, from those in even and in odd places. */
// @ts-ignore: decorator
@inline
function putRow(y: usize, even: v128, odd: v128, columns: i32, bias: v128): void {
  even = f32x4.add(even, bias);
  odd = f32x4.add(odd, bias);
  const low = v128.shuffle<f32>(even, odd, 0, 4, 1, 5),
    high = v128.shuffle<f32>(even, odd, 2, 6, 3, 7);
  v128.store(y, low);
  if (columns >= 8) v128.store(y, high, 16);
  else if (columns > 4) storeLanes(y + 16, high, columns - 4);
}

/**
 * D = A·dy·Aᵀ for all tiles of a plane, of `lanes` outputs whose dy lie side by side: so they do in D, a tile after the other.
 * The 16 matrices lie `step` bytes apart.
 */
export function transformTransposed(tiles: Tiles, dy: usize, lanes: i32, D: usize, step: usize): void {
  const down = tiles.down,
    across = tiles.across,
    height = tiles.height,
    width = tiles.width;
  const pixel = (<usize>lanes) << 2;
  for (let r = 0; r < down; r++) {
    const below: usize = 2 * r + 1 < height ? pixel * <usize>width : 0;
    for (let i = 0; i < across; i++, D += pixel) {
      const x = dy + pixel * <usize>(2 * r * width + 2 * i);
      const beside: usize = 2 * i + 1 < width ? pixel : 0;
      for (let o: usize = 0; o < pixel; o += 16) transformTile(x + o, beside, below, D + o, step);
    }
  }
}

/** Where there is nothing beside or below, these distances are 0. */
// @ts-ignore: decorator
@inline
function transformTile(x: usize, beside: usize, below: usize, to: usize, step: usize): void {
  const zero = f32x4.splat(0);
  const a = v128.load(x),
    b = beside ? v128.load(x + beside) : zero;
  const c = below ? v128.load(x + below) : zero,
    d = beside && below ? v128.load(x + below + beside) : zero;
  transformPair(a, b, to, step);
  transformPair(f32x4.add(a, c), f32x4.add(b, d), to + step * 4, step);
  transformPair(f32x4.sub(a, c), f32x4.sub(b, d), to + step * 8, step);
  transformPair(f32x4.sub(zero, c), f32x4.sub(zero, d), to + step * 12, step);
}

// @ts-ignore: decorator
@inline
function transformPair(x: v128, y: v128, to: usize, step: usize): void {
  v128.store(to, x);
  v128.store(to + step, f32x4.add(x, y));
  v128.store(to + step * 2, f32x4.sub(x, y));
  v128.store(to + step * 3, f32x4.neg(y));
}

/** dW = Gᵀ·S·G for one window of S, whose elements lie `step` bytes apart. */
export function untransformWindow(S: usize, step: usize, dW: usize): void {
  const half = f32x4.splat(0.5);
  const b = f32x4.mul(rowOfWindow(S + step * 4, step), half),
    c = f32x4.mul(rowOfWindow(S + step * 8, step), half);
  const mean = f32x4.add(b, c);
  storeLanes(dW, f32x4.add(rowOfWindow(S, step), mean), 3);
  storeLanes(dW + 12, f32x4.sub(b, c), 3);
  storeLanes(dW + 24, f32x4.add(mean, rowOfWindow(S + step * 12, step)), 3);
}

/** The three elements of a row of S·G. */
// @ts-ignore: decorator
@inline
function rowOfWindow(S: usize, step: usize): v128 {
  const x = f32.load(S + step) * 0.5,
    y = f32.load(S + step * 2) * 0.5;
  const row = f32x4.replace_lane(f32x4.splat(f32.load(S) + (x + y)), 1, x - y);
  return f32x4.replace_lane(row, 2, x + y + f32.load(S + step * 3));
}

/**
 * U = G·W·Gᵀ for rows × columns windows of W, which are `row` and `column` elements apart; where `back` is true, of the
 * windows rotated by 180°, which makes the first row the last and the first column the last. Returns where they end.
 */
export function transformWeights(
  W: usize,
  rows: i32,
  columns: i32,
  row: i32,
  column: i32,
  back: bool,
  U: usize,
): usize {
  const step = (<usize>(rows * columns)) << 2;
  const first: usize = back ? 3 : 0,
    last: usize = back ? 0 : 3;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, U += 4) {
      const w = W + ((<usize>(r * row + c * column)) << 2);
      const x = v128.load(w),
        y = f32x4.mul(v128.load(w, 12), f32x4.splat(0.5)),
        z = v128.load(w, 24);
      const mean = f32x4.mul(f32x4.add(x, z), f32x4.splat(0.5));
      spread(x, U + step * first * 4, step, first, last);
      spread(f32x4.add(mean, y), U + step * 4, step, first, last);
      spread(f32x4.sub(mean, y), U + step * 8, step, first, last);
      spread(z, U + step * last * 4, step, first, last);
    }
  }
  return U + step * 15;
}

/** A row of U from the first three lanes. */
// @ts-ignore: decorator
@inline
function spread(row: v128, to: usize, step: usize, first: usize, last: usize): void {
  const x = f32x4.extract_lane(row, 0),
    y = f32x4.extract_lane(row, 1) * 0.5,
    z = f32x4.extract_lane(row, 2);
  const mean = (x + z) * 0.5;
  f32.store(to + step * first, x);
  f32.store(to + step, mean + y);
  f32.store(to + step * 2, mean - y);
  f32.store(to + step * last, z);
}
