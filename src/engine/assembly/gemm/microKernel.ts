import { storeLanes } from "../simd/lanes";
import { LANES, madd } from "../simd/memory";
import { Product } from "./product";

/** Rows of C that a tile holds in registers: 6 × 2 vectors with FMA; without it a product needs one more register. */
export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
/** Its columns, two vectors: so wide are the panels of a B that is packed. Of what is left over there are panels of 8 and 4. */
export const NR: i32 = 2 * LANES;

/** How A and B lie: as the product says; or B in panels of whole width, and A row by row, column by column, or in panels of tiles' height. */
export const ANYHOW: i32 = 0;
export const A_BY_ROWS: i32 = 1;
export const A_BY_COLUMNS: i32 = 2;
export const PACKED: i32 = 3;

/** Of so many rows that are left those of the next tile: one or two alone would not keep the multipliers busy. */
// @ts-ignore: decorator
@inline
export function rowsOfNext(left: i32): i32 {
  return left <= MR ? left : left < MR + 3 ? 4 : MR;
}

/**
 * A tile of C: `rows` × `width` (16, 8 or 4), all of it in registers over the k products of one column of A with one row of
 * B. `a` is a row of A or of its transpose, `b` a row of B. `bias`: 0, or the address of a row of it. `columns` < `width`, which
 * is 8 or 4, stores only so many.
 */
// @ts-ignore: decorator
@inline
export function microKernel(
  rows: i32,
  width: i32,
  lies: i32,
  product: Product,
  a: usize,
  b: usize,
  c: usize,
  bias: usize,
  columns: i32,
): void {
  const k = product.k,
    aRow = lies == A_BY_COLUMNS || lies == PACKED ? <usize>4 : product.aRow,
    aCol = lies == PACKED ? (<usize>rows) << 2 : lies == A_BY_ROWS ? <usize>4 : product.aCol,
    bRow = lies == ANYHOW ? product.bRow : (<usize>width) << 2;
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
  const a1 = aRow,
    a2 = aRow * 2,
    a3 = aRow * 3,
    a4 = aRow * 4,
    a5 = aRow * 5;
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b);
    const b1 = width > 4 ? v128.load(b, 16) : b0;
    const b2 = width > 8 ? v128.load(b, 32) : b0,
      b3 = width > 8 ? v128.load(b, 48) : b0;
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    if (width > 4) c01 = madd(x, b1, c01);
    if (width > 8) {
      c02 = madd(x, b2, c02);
      c03 = madd(x, b3, c03);
    }
    if (rows > 1) {
      x = v128.load32_splat(a + a1);
      c10 = madd(x, b0, c10);
      if (width > 4) c11 = madd(x, b1, c11);
      if (width > 8) {
        c12 = madd(x, b2, c12);
        c13 = madd(x, b3, c13);
      }
    }
    if (rows > 2) {
      x = v128.load32_splat(a + a2);
      c20 = madd(x, b0, c20);
      if (width > 4) c21 = madd(x, b1, c21);
      if (width > 8) {
        c22 = madd(x, b2, c22);
        c23 = madd(x, b3, c23);
      }
    }
    if (rows > 3) {
      x = v128.load32_splat(a + a3);
      c30 = madd(x, b0, c30);
      if (width > 4) c31 = madd(x, b1, c31);
      if (width > 8) {
        c32 = madd(x, b2, c32);
        c33 = madd(x, b3, c33);
      }
    }
    if (rows > 4) {
      x = v128.load32_splat(a + a4);
      c40 = madd(x, b0, c40);
      if (width > 4) c41 = madd(x, b1, c41);
      if (width > 8) {
        c42 = madd(x, b2, c42);
        c43 = madd(x, b3, c43);
      }
    }
    if (rows > 5) {
      x = v128.load32_splat(a + a5);
      c50 = madd(x, b0, c50);
      if (width > 4) c51 = madd(x, b1, c51);
      if (width > 8) {
        c52 = madd(x, b2, c52);
        c53 = madd(x, b3, c53);
      }
    }
    a += aCol;
    b += bRow;
  }
  const cRow = product.cRow,
    accumulate = product.accumulate;
  storeRow(width, c, c00, c01, c02, c03, bias, accumulate, columns);
  if (rows > 1) storeRow(width, c + cRow, c10, c11, c12, c13, bias, accumulate, columns);
  if (rows > 2) storeRow(width, c + cRow * 2, c20, c21, c22, c23, bias, accumulate, columns);
  if (rows > 3) storeRow(width, c + cRow * 3, c30, c31, c32, c33, bias, accumulate, columns);
  if (rows > 4) storeRow(width, c + cRow * 4, c40, c41, c42, c43, bias, accumulate, columns);
  if (rows > 5) storeRow(width, c + cRow * 5, c50, c51, c52, c53, bias, accumulate, columns);
}

/** One row of a tile: plus bias, plus what C holds. Of 8 or 4 only the first `columns` are stored. */
// @ts-ignore: decorator
@inline
function storeRow(
  width: i32,
  c: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  bias: usize,
  accumulate: bool,
  columns: i32,
): void {
  if (bias) {
    x0 = f32x4.add(x0, v128.load(bias));
    if (width > 4) x1 = f32x4.add(x1, v128.load(bias, 16));
    if (width > 8) x2 = f32x4.add(x2, v128.load(bias, 32));
    if (width > 8) x3 = f32x4.add(x3, v128.load(bias, 48));
  }
  if (accumulate) {
    x0 = f32x4.add(x0, v128.load(c));
    if (width > 4) x1 = f32x4.add(x1, v128.load(c, 16));
    if (width > 8) x2 = f32x4.add(x2, v128.load(c, 32));
    if (width > 8) x3 = f32x4.add(x3, v128.load(c, 48));
  }
  if (columns == width) {
    v128.store(c, x0);
    if (width > 4) v128.store(c, x1, 16);
    if (width > 8) v128.store(c, x2, 32);
    if (width > 8) v128.store(c, x3, 48);
    return;
  }
  if (width > 4) {
    v128.store(c, x0);
    storeLanes(c + 16, x1, columns - 4);
  } else {
    storeLanes(c, x0, columns);
  }
}
