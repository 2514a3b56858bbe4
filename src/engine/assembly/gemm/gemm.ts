import { storeLanes } from "../simd/lanes";
import { GemmDescriptor } from "../descriptors";
import {
  f32At,
  GEMM_PLAN,
  LANES,
  madd,
  plans,
  PLANS,
  reduceScratch,
  REDUCE_SCRATCH,
  scratch,
  SHAPE_PLAN,
  TRANSPOSED_PLAN,
} from "../simd/memory";

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
  return <i32>(REDUCE_SCRATCH + PLANS) + max(KC * (NC + 8) * 4, others);
}

/** C[m,n] = A[m,k]·B[k,n], of as many columns as are asked for. All distances are in bytes. */
@unmanaged
export class Product {
  m: i32;
  k: i32;
  /** From row to row of A and from column to column: one of them is 4. */
  aRow: usize;
  aCol: usize;
  /** From row to row of B, or of the panel of it that is multiplied by. */
  bRow: usize;
  cRow: usize;
  /** Plus what C holds. */
  accumulate: bool;
}

/** That of the kernel at work. */
// @ts-ignore: decorator
@inline
export function productPlan(): Product {
  return changetype<Product>(plans + GEMM_PLAN);
}

/** The descriptor of a product inside of another kernel. */
export function gemmOf(
  k: i32,
  lda: i32,
  ta: i32,
  ldb: i32,
  tb: i32,
  ldc: i32,
  accumulate: i32,
): GemmDescriptor {
  const shape = changetype<GemmDescriptor>(plans + SHAPE_PLAN);
  shape.k = k;
  shape.lda = lda;
  shape.ta = ta;
  shape.ldb = ldb;
  shape.tb = tb;
  shape.ldc = ldc;
  shape.accumulate = accumulate;
  return shape;
}

/** How A and B lie: as the product says; or B in panels of whole width, and A row by row or column by column. */
const ANYHOW: i32 = 0;
const PACKED_BY_ROWS: i32 = 1;
const PACKED_BY_COLUMNS: i32 = 2;

/**
 * A tile of C: `rows` × `width` (16, 8 or 4), all of it in registers over the k products of one column of A with one row of
 * B. `a` is a row of A or of its transpose, `b` a row of B. `bias`: 0, or the address of a row of it. `columns` < `width`, which
 * is 8 or 4, stores only so many.
 */
// @ts-ignore: decorator
@inline
function tile(
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
    aRow = lies == PACKED_BY_COLUMNS ? <usize>4 : product.aRow,
    aCol = lies == PACKED_BY_ROWS ? <usize>4 : product.aCol,
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

/** All rows of C for one panel of columns: tiles of `ROWS`, then what is left. */
// @ts-ignore: decorator
@inline
function panel(
  width: i32,
  lies: i32,
  product: Product,
  a: usize,
  b: usize,
  c: usize,
  bias: usize,
  columns: i32,
): void {
  const m = product.m,
    aRow = lies == PACKED_BY_COLUMNS ? <usize>4 : product.aRow,
    cRow = product.cRow;
  // Tiles of one or two rows do not keep the multipliers busy: before such a rest, one tile of `ROWS` goes into two of about half.
  const rest = m % ROWS;
  const full = m / ROWS - (rest > 0 && rest < 3 && m > ROWS ? 1 : 0);
  for (let t = 0; t < full; t++) {
    tile(ROWS, width, lies, product, a, b, c, bias, columns);
    a += aRow * ROWS;
    c += cRow * ROWS;
  }
  let left = m - full * ROWS;
  if (left > ROWS) {
    tile(4, width, lies, product, a, b, c, bias, columns);
    a += aRow * 4;
    c += cRow * 4;
    left -= 4;
  }
  switch (left) {
    case 5:
      tile(5, width, lies, product, a, b, c, bias, columns);
      break;
    case 4:
      tile(4, width, lies, product, a, b, c, bias, columns);
      break;
    case 3:
      tile(3, width, lies, product, a, b, c, bias, columns);
      break;
    case 2:
      tile(2, width, lies, product, a, b, c, bias, columns);
      break;
    case 1:
      tile(1, width, lies, product, a, b, c, bias, columns);
      break;
    default:
  }
}

// Those that are compiled: what varies between them is how A and B lie, and the width.
function wide(product: Product, a: usize, b: usize, c: usize, bias: usize): void {
  panel(PANEL, ANYHOW, product, a, b, c, bias, PANEL);
}
function wideRows(product: Product, a: usize, b: usize, c: usize, bias: usize): void {
  panel(PANEL, PACKED_BY_ROWS, product, a, b, c, bias, PANEL);
}
function wideColumns(product: Product, a: usize, b: usize, c: usize, bias: usize): void {
  panel(PANEL, PACKED_BY_COLUMNS, product, a, b, c, bias, PANEL);
}
function eight(product: Product, a: usize, b: usize, c: usize, bias: usize, columns: i32): void {
  panel(8, ANYHOW, product, a, b, c, bias, columns);
}
function four(product: Product, a: usize, b: usize, c: usize, bias: usize, columns: i32): void {
  panel(4, ANYHOW, product, a, b, c, bias, columns);
}

/** See `matrixKernels.gemm`. */
export function gemm(shape: GemmDescriptor, m: i32, n: i32, A: i32, B: i32, C: i32, bias: i32): void {
  const k = shape.k,
    tb = shape.tb;
  const product = productPlan();
  const aCol: usize = shape.ta ? (<usize>shape.lda) << 2 : 4;
  const bRow = (<usize>shape.ldb) << 2;
  product.m = m;
  product.aRow = shape.ta ? 4 : (<usize>shape.lda) << 2;
  product.aCol = aCol;
  product.cRow = (<usize>shape.ldc) << 2;
  const a = f32At(A),
    b = f32At(B),
    c = f32At(C);
  const narrow = shape.ta && !tb ? narrowOf(n) : 0;
  const rest = (<usize>(n - narrow)) << 2;
  const direct = !tb && (k * n <= DIRECT || m < 24);
  // Blocks of the inner size are the same however many rows and columns a call has: so are the sums' bits.
  for (let p = 0; p < k; p += KC) {
    const kc = min(KC, k - p);
    const first = p == 0;
    product.k = kc;
    product.accumulate = !first || shape.accumulate != 0;
    const row = bias < 0 || !first ? <usize>0 : f32At(bias);
    const from = a + <usize>p * aCol,
      deep = b + (tb ? (<usize>p) << 2 : <usize>p * bRow);
    if (narrow) transposedTile(product, narrow, from, deep + rest, bRow, c + rest, row ? row + rest : 0);
    if (direct) {
      columns(product, n - narrow, from, deep, bRow, c, row, false);
      continue;
    }
    for (let j = 0; j < n - narrow; j += NC) {
      const nc = min(NC, n - narrow - j);
      const wide = (<usize>j) << 2;
      if (tb) packTransposed(nc, kc, deep + <usize>j * bRow, bRow, scratch);
      else packRows(nc, kc, deep + wide, bRow, scratch);
      columns(product, nc, from, scratch, 0, c + wide, row ? row + wide : 0, true);
    }
  }
}

/** n columns of a product whose B is read where it lies. */
export function multiplyInPlace(product: Product, n: i32, a: usize, b: usize, c: usize): void {
  columns(product, n, a, b, product.bRow, c, 0, false);
}

/** See `matrixKernels.pack`. */
export function pack(n: i32, k: i32, B: i32, ldb: i32, tb: i32, to: i32): void {
  if (tb) packTransposed(n, k, f32At(B), (<usize>ldb) << 2, f32At(to));
  else packRows(n, k, f32At(B), (<usize>ldb) << 2, f32At(to));
}

/** See `matrixKernels.gemmPacked`. */
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
  const product = productPlan();
  product.m = m;
  product.k = k;
  product.aRow = (<usize>lda) << 2;
  product.aCol = 4;
  product.cRow = (<usize>ldc) << 2;
  product.accumulate = accumulate != 0;
  columns(product, n, f32At(A), f32At(packed), 0, f32At(C), row, true);
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
  product: Product,
  n: i32,
  a: usize,
  b: usize,
  bRow: usize,
  c: usize,
  bias: usize,
): void {
  const m = product.m,
    cRow = product.cRow,
    accumulate = product.accumulate;
  const tile = reduceScratch;
  const transposed = changetype<Product>(plans + TRANSPOSED_PLAN);
  transposed.m = n;
  transposed.k = product.k;
  transposed.aRow = 4;
  transposed.aCol = bRow;
  transposed.bRow = product.aCol;
  transposed.cRow = (<usize>PANEL) << 2;
  transposed.accumulate = false;
  let i = 0;
  for (; i + PANEL <= m; i += PANEL, a += (<usize>PANEL) << 2, c += cRow * <usize>PANEL) {
    wide(transposed, b, a, tile, 0);
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
  if (i == m) return;
  product.m = m - i;
  product.bRow = bRow;
  four(product, a, b, c, bias, n);
  product.m = m;
}

/** All panels of columns, of a B that lies in rows, `bRow` bytes apart, or has been packed into panels. */
function columns(
  product: Product,
  n: i32,
  a: usize,
  b: usize,
  bRow: usize,
  c: usize,
  bias: usize,
  packed: bool,
): void {
  const k = <usize>product.k;
  product.bRow = bRow;
  let j = 0;
  for (; j + PANEL <= n; j += PANEL) {
    const at = (<usize>j) << 2;
    const row = bias ? bias + at : 0;
    if (!packed) wide(product, a, b + at, c + at, row);
    else if (product.aCol == 4) wideRows(product, a, b + at * k, c + at, row);
    else wideColumns(product, a, b + at * k, c + at, row);
  }
  for (; j < n; j += 8) {
    const at = (<usize>j) << 2;
    const left = n - j;
    const row = bias ? bias + at : 0;
    const from = packed ? b + at * k : b + at;
    if (packed) product.bRow = left > 4 ? 32 : 16;
    if (left > 4) eight(product, a, from, c + at, row, min(8, left));
    else four(product, a, from, c + at, row, left);
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
      transposeBlock(
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
function transposeBlock(rows: i32, k: i32, from: usize, bRow: usize, to: usize, step: usize): void {
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
