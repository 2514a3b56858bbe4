import { addTwo } from "../simd/lanes";
import { madd } from "../simd/memory";
import { Product } from "./product";

/*
 * Products of up to three columns: a tile of `microKernel` would be mostly empty. Each element of C is a sum along a row of A, in
 * eight lanes that lie side by side, whatever the length of the host's vectors.
 */

/** Columns up to which a packed B lies column by column, and is multiplied here. */
export const NARROW: i32 = 3;

/** Rows whose sums are in registers at a time. */
const ROWS: i32 = 4;

/** B[k,n] column by column. */
export function packColumns(n: i32, k: i32, b: usize, bRow: usize, bCol: usize, to: usize): void {
  for (let j = 0; j < n; j++, b += bCol) {
    for (let p = 0, from = b; p < k; p++, from += bRow, to += 4) f32.store(to, f32.load(from));
  }
}

/** C[m,n] = A·B, for a B that `packColumns` has packed, and A row by row. */
export function narrowProduct(product: Product, n: i32, a: usize, b: usize, c: usize, bias: usize): void {
  const aRow = product.aRow,
    cRow = product.cRow,
    column = (<usize>product.k) << 2;
  for (let left = product.m, rows = 0; left > 0; left -= rows) {
    rows = left >= ROWS ? ROWS : 1;
    for (let j = 0, y = b, to = c; j < n; j++, y += column, to += 4) {
      const more = bias ? f32.load(bias + ((<usize>j) << 2)) : 0;
      if (rows == ROWS) dots(ROWS, product, a, y, to, more);
      else dots(1, product, a, y, to, more);
    }
    a += aRow * <usize>rows;
    c += cRow * <usize>rows;
  }
}

/** The products of `rows` rows of A with one column. */
// @ts-ignore: decorator
@inline
function dots(rows: i32, product: Product, a: usize, b: usize, c: usize, bias: f32): void {
  const k = product.k,
    a1 = product.aRow,
    a2 = a1 * 2,
    a3 = a1 * 3;
  let s00: v128 = f32x4.splat(0),
    s01: v128 = s00,
    s10: v128 = s00,
    s11: v128 = s00;
  let s20: v128 = s00,
    s21: v128 = s00,
    s30: v128 = s00,
    s31: v128 = s00;
  const end = a + ((<usize>(k & ~7)) << 2);
  for (; a < end; a += 32, b += 32) {
    const b0 = v128.load(b),
      b1 = v128.load(b, 16);
    s00 = madd(v128.load(a), b0, s00);
    s01 = madd(v128.load(a, 16), b1, s01);
    if (rows == 1) continue;
    s10 = madd(v128.load(a + a1), b0, s10);
    s11 = madd(v128.load(a + a1, 16), b1, s11);
    s20 = madd(v128.load(a + a2), b0, s20);
    s21 = madd(v128.load(a + a2, 16), b1, s21);
    s30 = madd(v128.load(a + a3), b0, s30);
    s31 = madd(v128.load(a + a3, 16), b1, s31);
  }
  store(product, s00, s01, a, b, c, bias);
  if (rows == 1) return;
  const cRow = product.cRow;
  store(product, s10, s11, a + a1, b, c + cRow, bias);
  store(product, s20, s21, a + a2, b, c + cRow * 2, bias);
  store(product, s30, s31, a + a3, b, c + cRow * 3, bias);
}

/** An element of C: the lanes' sums, the last products of x and y, which are fewer than eight, the bias, and what C holds. */
// @ts-ignore: decorator
@inline
function store(product: Product, s0: v128, s1: v128, x: usize, y: usize, c: usize, bias: f32): void {
  const four = addTwo(s0, s1);
  const two = f32x4.add(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  let sum = f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1);
  for (let left = product.k & 7; left > 0; left--, x += 4, y += 4) sum += f32.load(x) * f32.load(y);
  sum += bias;
  f32.store(c, product.accumulate ? sum + f32.load(c) : sum);
}
