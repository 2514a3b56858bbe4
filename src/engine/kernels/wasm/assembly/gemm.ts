import { storeLanes } from "./lanes";
import { f32At, madd, scratch } from "./memory";

/** Rows of C that a tile holds in registers: 6 × 8 with FMA; without it a product needs one more register. */
const ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
/** Inner size of a block of B that is packed at a time: KC × 8 floats stay in the first-level cache. */
const KC: i32 = 384;
/** Columns of B that are packed at a time; KC × NC floats are the scratch that `gemm` needs. */
const NC: i32 = 2048;
/** B of up to this many floats is read where it lies. */
const DIRECT: i32 = 6144;

/** Bytes of scratch. */
export function gemmScratch(): i32 {
  return KC * (NC + 8) * 4;
}

/**
 * A tile of C: `rows` × `width` (8 or 4), all of it in registers over the k products of one column of A with one row of B.
 * `a` is a row of A (`aCol` 4 bytes, `aRow` from row to row) or of its transpose (`aCol` from column to column, rows 4
 * bytes apart); `b` a row of B, `bRow` bytes from row to row. `start`: 0 begins at 0, else the address of a row of bias.
 * `columns` < `width` stores only so many.
 */
// @ts-ignore: decorator
@inline
function tile(
  rows: i32,
  width: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  bias: usize,
  accumulate: bool,
  columns: i32,
): void {
  let c00: v128 = f32x4.splat(0), c01: v128 = c00, c10: v128 = c00, c11: v128 = c00, c20: v128 = c00, c21: v128 = c00;
  let c30: v128 = c00, c31: v128 = c00, c40: v128 = c00, c41: v128 = c00, c50: v128 = c00, c51: v128 = c00;
  const a1 = aRow, a2 = aRow * 2, a3 = aRow * 3, a4 = aRow * 4, a5 = aRow * 5;
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b);
    const b1 = width > 4 ? v128.load(b, 16) : b0;
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    if (width > 4) c01 = madd(x, b1, c01);
    if (rows > 1) {
      x = v128.load32_splat(a + a1);
      c10 = madd(x, b0, c10);
      if (width > 4) c11 = madd(x, b1, c11);
    }
    if (rows > 2) {
      x = v128.load32_splat(a + a2);
      c20 = madd(x, b0, c20);
      if (width > 4) c21 = madd(x, b1, c21);
    }
    if (rows > 3) {
      x = v128.load32_splat(a + a3);
      c30 = madd(x, b0, c30);
      if (width > 4) c31 = madd(x, b1, c31);
    }
    if (rows > 4) {
      x = v128.load32_splat(a + a4);
      c40 = madd(x, b0, c40);
      if (width > 4) c41 = madd(x, b1, c41);
    }
    if (rows > 5) {
      x = v128.load32_splat(a + a5);
      c50 = madd(x, b0, c50);
      if (width > 4) c51 = madd(x, b1, c51);
    }
    a += aCol;
    b += bRow;
  }
  storeRow(width, c, c00, c01, bias, accumulate, columns);
  if (rows > 1) storeRow(width, c + cRow, c10, c11, bias, accumulate, columns);
  if (rows > 2) storeRow(width, c + cRow * 2, c20, c21, bias, accumulate, columns);
  if (rows > 3) storeRow(width, c + cRow * 3, c30, c31, bias, accumulate, columns);
  if (rows > 4) storeRow(width, c + cRow * 4, c40, c41, bias, accumulate, columns);
  if (rows > 5) storeRow(width, c + cRow * 5, c50, c51, bias, accumulate, columns);
}

/** One row of a tile: plus bias, plus what C holds, of which the first `columns` are stored. */
// @ts-ignore: decorator
@inline
function storeRow(width: i32, c: usize, low: v128, high: v128, bias: usize, accumulate: bool, columns: i32): void {
  if (bias) {
    low = f32x4.add(low, v128.load(bias));
    if (width > 4) high = f32x4.add(high, v128.load(bias, 16));
  }
  if (accumulate) {
    low = f32x4.add(low, v128.load(c));
    if (width > 4) high = f32x4.add(high, v128.load(c, 16));
  }
  if (columns == width) {
    v128.store(c, low);
    if (width > 4) v128.store(c, high, 16);
    return;
  }
  if (width > 4) {
    v128.store(c, low);
    storeLanes(c + 16, high, columns - 4);
  } else {
    storeLanes(c, low, columns);
  }
}

/** All rows of C for one panel of columns: tiles of `ROWS`, then what is left. */
// @ts-ignore: decorator
@inline
function panel(
  width: i32,
  m: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  bias: usize,
  accumulate: bool,
  columns: i32,
): void {
  // Tiles of one or two rows do not keep the multipliers busy: before such a rest, one tile of `ROWS` goes into two of about half.
  const rest = m % ROWS;
  const full = m / ROWS - (rest > 0 && rest < 3 && m > ROWS ? 1 : 0);
  for (let t = 0; t < full; t++) {
    tile(ROWS, width, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, columns);
    a += aRow * ROWS;
    c += cRow * ROWS;
  }
  let left = m - full * ROWS;
  if (left > ROWS) {
    tile(4, width, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, columns);
    a += aRow * 4;
    c += cRow * 4;
    left -= 4;
  }
  switch (left) {
    case 5:
      tile(5, width, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, columns);
      break;
    case 4:
      tile(4, width, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, columns);
      break;
    case 3:
      tile(3, width, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, columns);
      break;
    case 2:
      tile(2, width, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, columns);
      break;
    case 1:
      tile(1, width, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, columns);
      break;
    default:
  }
}

// The five that are compiled: what varies between them is the place of the rows, and the width.
function wide(m: i32, k: i32, a: usize, aRow: usize, aCol: usize, b: usize, bRow: usize, c: usize, cRow: usize, bias: usize, accumulate: bool): void {
  panel(8, m, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, 8);
}
function wideRows(m: i32, k: i32, a: usize, aRow: usize, b: usize, c: usize, cRow: usize, bias: usize, accumulate: bool): void {
  panel(8, m, k, a, aRow, 4, b, 32, c, cRow, bias, accumulate, 8);
}
function wideColumns(m: i32, k: i32, a: usize, aCol: usize, b: usize, c: usize, cRow: usize, bias: usize, accumulate: bool): void {
  panel(8, m, k, a, 4, aCol, b, 32, c, cRow, bias, accumulate, 8);
}
function widePart(m: i32, k: i32, a: usize, aRow: usize, aCol: usize, b: usize, bRow: usize, c: usize, cRow: usize, bias: usize, accumulate: bool, columns: i32): void {
  panel(8, m, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, columns);
}
function narrow(m: i32, k: i32, a: usize, aRow: usize, aCol: usize, b: usize, bRow: usize, c: usize, cRow: usize, bias: usize, accumulate: bool, columns: i32): void {
  panel(4, m, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, columns);
}

/** See `MatrixKernels.gemm`. */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  A: i32,
  lda: i32,
  ta: i32,
  B: i32,
  ldb: i32,
  tb: i32,
  C: i32,
  ldc: i32,
  bias: i32,
  accumulate: i32,
): void {
  const a = f32At(A);
  const aRow: usize = ta ? 4 : (<usize>lda) << 2;
  const aCol: usize = ta ? (<usize>lda) << 2 : 4;
  const b = f32At(B);
  const bRow = (<usize>ldb) << 2;
  const c = f32At(C);
  const cRow = (<usize>ldc) << 2;
  if (!tb && (k * n <= DIRECT || m < 24)) {
    const row = bias < 0 ? <usize>0 : f32At(bias);
    columns(m, n, k, a, aRow, aCol, b, bRow, c, cRow, row, accumulate != 0, false);
    return;
  }
  for (let j = 0; j < n; j += NC) {
    const nc = min(NC, n - j);
    const wide = (<usize>j) << 2;
    for (let p = 0; p < k; p += KC) {
      const kc = min(KC, k - p);
      const deep = (<usize>p) << 2;
      if (tb) packTransposed(nc, kc, b + <usize>j * bRow + deep, bRow, scratch);
      else packRows(nc, kc, b + <usize>p * bRow + wide, bRow, scratch);
      const first = p == 0;
      const row = bias < 0 || !first ? <usize>0 : f32At(bias) + wide;
      columns(m, nc, kc, a + <usize>p * aCol, aRow, aCol, scratch, 0, c + wide, cRow, row, !first || accumulate != 0, true);
    }
  }
}

/** See `MatrixKernels.pack`. */
export function pack(n: i32, k: i32, B: i32, ldb: i32, tb: i32, to: i32): void {
  if (tb) packTransposed(n, k, f32At(B), (<usize>ldb) << 2, f32At(to));
  else packRows(n, k, f32At(B), (<usize>ldb) << 2, f32At(to));
}

/** See `MatrixKernels.gemmPacked`. */
export function gemmPacked(m: i32, n: i32, k: i32, A: i32, lda: i32, packed: i32, C: i32, ldc: i32, bias: i32, accumulate: i32): void {
  const row = bias < 0 ? <usize>0 : f32At(bias);
  columns(m, n, k, f32At(A), (<usize>lda) << 2, 4, f32At(packed), 0, f32At(C), (<usize>ldc) << 2, row, accumulate != 0, true);
}

/** All panels of columns, of a B that lies in rows or has been packed into panels. */
function columns(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  bias: usize,
  accumulate: bool,
  packed: bool,
): void {
  let j = 0;
  for (; j + 8 <= n; j += 8) {
    const at = (<usize>j) << 2;
    const row = bias ? bias + at : 0;
    if (!packed) wide(m, k, a, aRow, aCol, b + at, bRow, c + at, cRow, row, accumulate);
    else if (aCol == 4) wideRows(m, k, a, aRow, b + at * <usize>k, c + at, cRow, row, accumulate);
    else wideColumns(m, k, a, aCol, b + at * <usize>k, c + at, cRow, row, accumulate);
  }
  const left = n - j;
  if (left == 0) return;
  const at = (<usize>j) << 2;
  const row = bias ? bias + at : 0;
  const from = packed ? b + at * <usize>k : b + at;
  if (left > 4) widePart(m, k, a, aRow, aCol, from, packed ? 32 : bRow, c + at, cRow, row, accumulate, left);
  else narrow(m, k, a, aRow, aCol, from, packed ? 16 : bRow, c + at, cRow, row, accumulate, left);
}

/** Panels of 8 columns of B[k,n] one after the other, the last 4 or 8 wide; what lies beyond n is never stored. */
function packRows(n: i32, k: i32, b: usize, bRow: usize, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    let from = b + ((<usize>j) << 2);
    if (n - j > 4) {
      for (let p = 0; p < k; p++) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        to += 32;
        from += bRow;
      }
    } else {
      for (let p = 0; p < k; p++) {
        v128.store(to, v128.load(from));
        to += 16;
        from += bRow;
      }
    }
  }
}

/** The same panels of the transpose of B[n,k]: blocks of 4 × 4, turned in registers. */
function packTransposed(n: i32, k: i32, b: usize, bRow: usize, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    const width = n - j > 4 ? 8 : 4;
    for (let half = 0; half < width; half += 4) {
      turn(min(4, n - j - half), k, b + <usize>(j + half) * bRow, bRow, to + ((<usize>half) << 2), (<usize>width) << 2);
    }
    to += <usize>(width * k) << 2;
  }
}

/** Four rows of B (of which `rows` exist) as four columns of a panel. */
// @ts-ignore: decorator
@inline
function turn(rows: i32, k: i32, from: usize, bRow: usize, to: usize, step: usize): void {
  // Rows that do not exist are read from the last that does: their columns are never stored.
  const r1 = from + (rows > 1 ? bRow : 0);
  const r2 = rows > 2 ? from + bRow * 2 : r1;
  const r3 = rows > 3 ? from + bRow * 3 : r2;
  let p = 0;
  let at: usize = 0;
  for (; p + 4 <= k; p += 4) {
    const x0 = v128.load(from + at), x1 = v128.load(r1 + at), x2 = v128.load(r2 + at), x3 = v128.load(r3 + at);
    const t0 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), t1 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
    const t2 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5), t3 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(t0, t2, 0, 2));
    v128.store(to + step, v128.shuffle<i64>(t0, t2, 1, 3));
    v128.store(to + step * 2, v128.shuffle<i64>(t1, t3, 0, 2));
    v128.store(to + step * 3, v128.shuffle<i64>(t1, t3, 1, 3));
    to += step * 4;
    at += 16;
  }
  for (; p < k; p++) {
    f32.store(to, f32.load(from + at));
    f32.store(to, f32.load(r1 + at), 4);
    f32.store(to, f32.load(r2 + at), 8);
    f32.store(to, f32.load(r3 + at), 12);
    to += step;
    at += 4;
  }
}
