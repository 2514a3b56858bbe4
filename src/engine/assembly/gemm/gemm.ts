import { storeLanes } from "../simd/lanes";
import { f32At, REDUCE_SCRATCH, reduceScratch, LANES, madd, scratch } from "../simd/memory";

/** Rows of C that a tile holds in registers: 6 × 2 vectors with FMA; without it a product needs one more register. */
const ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
/** Its columns, two vectors: so wide are the panels of a B that is packed. Of what is left over there are panels of 8 and 4. */
const PANEL: i32 = 2 * LANES;
/** Inner size of a block of B that is packed at a time: KC × 8 floats stay in the first-level cache. */
const KC: i32 = 384;
/** Columns of B that are packed at a time; KC × NC floats are the scratch that `gemm` needs. */
const NC: i32 = 2048;
/** B of up to this many floats is read where it lies. */
const DIRECT: i32 = 6144;

/** Bytes of scratch that an instance needs, if other kernels need `others`. */
export function scratchSize(others: i32): i32 {
  return <i32>REDUCE_SCRATCH + max(KC * (NC + 8) * 4, others);
}

/**
 * A tile of C: `rows` × `width` (16, 8 or 4), all of it in registers over the k products of one column of A with one row of
 * B. `a` is a row of A (`aCol` 4 bytes, `aRow` from row to row) or of its transpose (`aCol` from column to column, rows 4
 * bytes apart); `b` a row of B, `bRow` bytes from row to row. `bias`: 0, or the address of a row of it. `columns` < `width`,
 * which is 8 or 4, stores only so many.
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

// Those that are compiled: what varies between them is the place of the rows, and the width.
function wide(
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
): void {
  panel(PANEL, m, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, PANEL);
}
function wideRows(
  m: i32,
  k: i32,
  a: usize,
  aRow: usize,
  b: usize,
  c: usize,
  cRow: usize,
  bias: usize,
  accumulate: bool,
): void {
  panel(PANEL, m, k, a, aRow, 4, b, PANEL * 4, c, cRow, bias, accumulate, PANEL);
}
function wideColumns(
  m: i32,
  k: i32,
  a: usize,
  aCol: usize,
  b: usize,
  c: usize,
  cRow: usize,
  bias: usize,
  accumulate: bool,
): void {
  panel(PANEL, m, k, a, 4, aCol, b, PANEL * 4, c, cRow, bias, accumulate, PANEL);
}
function eight(
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
  panel(8, m, k, a, aRow, aCol, b, bRow, c, cRow, bias, accumulate, columns);
}
function four(
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
  const narrow = ta && !tb ? narrowOf(n) : 0;
  const rest = (<usize>(n - narrow)) << 2;
  const direct = !tb && (k * n <= DIRECT || m < 24);
  // Blocks of the inner size are the same however many rows and columns a call has: so are the sums' bits.
  for (let p = 0; p < k; p += KC) {
    const kc = min(KC, k - p);
    const first = p == 0;
    const add = !first || accumulate != 0;
    const row = bias < 0 || !first ? <usize>0 : f32At(bias);
    const from = a + <usize>p * aCol,
      deep = b + (tb ? (<usize>p) << 2 : <usize>p * bRow);
    if (narrow)
      transposedTile(m, narrow, kc, from, aCol, deep + rest, bRow, c + rest, cRow, row ? row + rest : 0, add);
    if (direct) {
      columns(m, n - narrow, kc, from, aRow, aCol, deep, bRow, c, cRow, row, add, false);
      continue;
    }
    for (let j = 0; j < n - narrow; j += NC) {
      const nc = min(NC, n - narrow - j);
      const wide = (<usize>j) << 2;
      if (tb) packTransposed(nc, kc, deep + <usize>j * bRow, bRow, scratch);
      else packRows(nc, kc, deep + wide, bRow, scratch);
      columns(m, nc, kc, from, aRow, aCol, scratch, 0, c + wide, cRow, row ? row + wide : 0, add, true);
    }
  }
}

/**
 * C[m,n] = A[m,k]·B[k,n], plus C where `accumulate`; B is read where it lies. In bytes: `aRow` and `aCol` from row to row and
 * from column to column of A, one of them 4; `bRow` and `cRow` from row to row.
 */
export function multiplyInPlace(
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
  accumulate: bool,
): void {
  columns(m, n, k, a, aRow, aCol, b, bRow, c, cRow, 0, accumulate, false);
}

/** See `MatrixKernels.pack`. */
export function pack(n: i32, k: i32, B: i32, ldb: i32, tb: i32, to: i32): void {
  if (tb) packTransposed(n, k, f32At(B), (<usize>ldb) << 2, f32At(to));
  else packRows(n, k, f32At(B), (<usize>ldb) << 2, f32At(to));
}

/** See `MatrixKernels.gemmPacked`. */
export function gemmPacked(
  m: i32,
  n: i32,
  k: i32,
  A: i32,
  lda: i32,
  packed: i32,
  C: i32,
  ldc: i32,
  bias: i32,
  accumulate: i32,
): void {
  const row = bias < 0 ? <usize>0 : f32At(bias);
  columns(
    m,
    n,
    k,
    f32At(A),
    (<usize>lda) << 2,
    4,
    f32At(packed),
    0,
    f32At(C),
    (<usize>ldc) << 2,
    row,
    accumulate != 0,
    true,
  );
}

/** Of n columns those that are left over, if they are so few that a tile of them would be mostly empty. */
// @ts-ignore: decorator
@inline
function narrowOf(n: i32): i32 {
  return (n & 7) <= 4 ? n & 7 : 0;
}

/**
 * Up to four columns of C = Aᵀ·B, where rows of A lie as panels of B do: a tile is transposed, with these columns for rows
 * and rows of C for columns, so that its vectors are full. Each element is summed up in the same order as elsewhere.
 */
function transposedTile(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  bias: usize,
  accumulate: bool,
): void {
  const tile = reduceScratch;
  let i = 0;
  for (; i + PANEL <= m; i += PANEL, a += (<usize>PANEL) << 2, c += cRow * <usize>PANEL) {
    wide(n, k, b, 4, bRow, a, aCol, tile, (<usize>PANEL) << 2, 0, false);
    for (let j = 0; j < n; j++) {
      const from = tile + ((<usize>(j * PANEL)) << 2);
      const more = bias ? f32.load(bias + ((<usize>j) << 2)) : 0;
      let to = c + ((<usize>j) << 2);
      for (let r: usize = 0; r < (<usize>PANEL) << 2; r += 4, to += cRow) {
        let x = f32.load(from + r);
        if (bias) x += more;
        f32.store(to, accumulate ? x + f32.load(to) : x);
      }
    }
  }
  if (i < m) four(m - i, k, a, 4, aCol, b, bRow, c, cRow, bias, accumulate, n);
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
  for (; j + PANEL <= n; j += PANEL) {
    const at = (<usize>j) << 2;
    const row = bias ? bias + at : 0;
    if (!packed) wide(m, k, a, aRow, aCol, b + at, bRow, c + at, cRow, row, accumulate);
    else if (aCol == 4) wideRows(m, k, a, aRow, b + at * <usize>k, c + at, cRow, row, accumulate);
    else wideColumns(m, k, a, aCol, b + at * <usize>k, c + at, cRow, row, accumulate);
  }
  for (; j < n; j += 8) {
    const at = (<usize>j) << 2;
    const left = n - j;
    const row = bias ? bias + at : 0;
    const from = packed ? b + at * <usize>k : b + at;
    if (left > 4)
      eight(m, k, a, aRow, aCol, from, packed ? 32 : bRow, c + at, cRow, row, accumulate, min(8, left));
    else four(m, k, a, aRow, aCol, from, packed ? 16 : bRow, c + at, cRow, row, accumulate, left);
  }
}

/** Columns of the panel with which the last `left` columns begin. */
// @ts-ignore: decorator
@inline
function panelOf(left: i32): i32 {
  return left >= PANEL ? PANEL : left > 4 ? 8 : 4;
}

/** Panels of columns of B[k,n] one after the other; what lies beyond n is never stored. */
function packRows(n: i32, k: i32, b: usize, bRow: usize, to: usize): void {
  for (let j = 0, width = 0; j < n; j += width) {
    width = panelOf(n - j);
    const from = b + ((<usize>j) << 2);
    if (width == PANEL) to = packPanel(PANEL, k, from, bRow, to);
    else if (width == 8) to = packPanel(8, k, from, bRow, to);
    else to = packPanel(4, k, from, bRow, to);
  }
}

// @ts-ignore: decorator
@inline
function packPanel(width: i32, k: i32, from: usize, bRow: usize, to: usize): usize {
  for (let p = 0; p < k; p++, from += bRow, to += (<usize>width) << 2) {
    v128.store(to, v128.load(from));
    if (width > 4) v128.store(to, v128.load(from, 16), 16);
    if (width > 8) v128.store(to, v128.load(from, 32), 32);
    if (width > 8) v128.store(to, v128.load(from, 48), 48);
  }
  return to;
}

/** The same panels of the transpose of B[n,k]: blocks of 4 × 4, transposed in registers. */
function packTransposed(n: i32, k: i32, b: usize, bRow: usize, to: usize): void {
  for (let j = 0, width = 0; j < n; j += width) {
    width = panelOf(n - j);
    for (let quarter = 0; quarter < width; quarter += 4) {
      turn(
        min(4, n - j - quarter),
        k,
        b + <usize>(j + quarter) * bRow,
        bRow,
        to + ((<usize>quarter) << 2),
        (<usize>width) << 2,
      );
    }
    to += (<usize>(width * k)) << 2;
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
    const x0 = v128.load(from + at),
      x1 = v128.load(r1 + at),
      x2 = v128.load(r2 + at),
      x3 = v128.load(r3 + at);
    const t0 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5),
      t1 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
    const t2 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5),
      t3 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
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
