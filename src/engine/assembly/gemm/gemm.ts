import { GemmDescriptor } from "../descriptors";
import { f32At, plans, PLANS, REDUCE_SCRATCH, scratch, SHAPE_PLAN } from "../simd/memory";
import { NARROW, narrowProduct } from "./narrow";
import { packRows, packTiles, packTransposed } from "./pack";
import { Product, productPlan } from "./product";
import {
  columnsMacroKernel,
  macroKernel,
  macroKernel4,
  macroKernel8,
  packedMacroKernel,
  rowsMacroKernel,
} from "./macroKernel";
import { MR, NR } from "./microKernel";
import { narrowOf, transposedTile } from "./transposed";

/** Inner size of a block of B that is packed at a time: KC × 8 floats stay in the first-level cache. */
const KC: i32 = 384;
/** Columns of B that are packed at a time; KC × NC floats are the scratch that `gemm` needs. */
const NC: i32 = 2048;
/** Bytes that it takes: what is left over takes a panel of eight. */
const B_SCRATCH: i32 = KC * (NC + 8) * 4;
/** From so many columns on A is packed, too, where it lies column by column: measured. */
const PACKS_A: i32 = 16 * NR;
/** Floats of A that are packed at a time: they stay in the second-level cache. And the bytes, with one vector after them. */
const BLOCK: i32 = 1 << 16;
const A_SCRATCH: i32 = BLOCK * 4 + 16;
/** B of up to this many floats is read where it lies. */
const DIRECT: i32 = 6144;

/** Bytes of scratch that an instance needs, if other kernels need so many: `alone`, or `beside` what products need. */
export function scratchSize(alone: i32, beside: i32): i32 {
  return <i32>(REDUCE_SCRATCH + PLANS) + max(B_SCRATCH + A_SCRATCH + beside, alone);
}

/** First byte of the scratch that products leave alone. */
// @ts-ignore: decorator
@inline
export function behindProducts(): usize {
  return scratch + B_SCRATCH + A_SCRATCH;
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
      columns(product, n - narrow, from, 0, deep, bRow, c, row, false);
      continue;
    }
    for (let j = 0; j < n - narrow; j += NC) {
      const nc = min(NC, n - narrow - j);
      const wide = (<usize>j) << 2;
      if (tb) packTransposed(nc, kc, deep + <usize>j * bRow, bRow, scratch);
      else packRows(nc, kc, deep + wide, bRow, scratch);
      const more = row ? row + wide : 0;
      if (shape.ta && nc >= PACKS_A) packedRows(product, nc, from, c + wide, more);
      else columns(product, nc, from, 0, scratch, 0, c + wide, more, true);
    }
  }
}

/**
 * n columns of a product whose A lies column by column, and B in panels in the scratch. A is packed, too: its columns are far
 * apart, often by powers of two, and would push each other out of the first-level cache.
 */
function packedRows(product: Product, n: i32, a: usize, c: usize, bias: usize): void {
  const m = product.m;
  const rows = (BLOCK / product.k / MR) * MR;
  const block = scratch + B_SCRATCH;
  for (let i = 0; i < m; i += rows) {
    const from = a + ((<usize>i) << 2);
    product.m = min(rows, m - i);
    packTiles(product.m, product.k, from, product.aCol, block);
    columns(product, n, from, block, scratch, 0, c + product.cRow * <usize>i, bias, true);
  }
  product.m = m;
}

/** n columns of a product whose B is read where it lies. */
export function multiplyInPlace(product: Product, n: i32, a: usize, b: usize, c: usize): void {
  columns(product, n, a, 0, b, product.bRow, c, 0, false);
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
  if (n <= NARROW) narrowProduct(product, n, f32At(A), f32At(packed), f32At(C), row);
  else columns(product, n, f32At(A), 0, f32At(packed), 0, f32At(C), row, true);
}

/** All panels of columns, of a B that lies in rows, `bRow` bytes apart, or has been packed into panels; `tiles`: 0, or A in panels. */
function columns(
  product: Product,
  n: i32,
  a: usize,
  tiles: usize,
  b: usize,
  bRow: usize,
  c: usize,
  bias: usize,
  packed: bool,
): void {
  const k = <usize>product.k;
  product.bRow = bRow;
  let j = 0;
  for (; j + NR <= n; j += NR) {
    const at = (<usize>j) << 2;
    const row = bias ? bias + at : 0;
    if (!packed) macroKernel(product, a, b + at, c + at, row);
    else if (tiles) packedMacroKernel(product, tiles, b + at * k, c + at, row);
    else if (product.aCol == 4) rowsMacroKernel(product, a, b + at * k, c + at, row);
    else columnsMacroKernel(product, a, b + at * k, c + at, row);
  }
  for (; j < n; j += 8) {
    const at = (<usize>j) << 2;
    const left = n - j;
    const row = bias ? bias + at : 0;
    const from = packed ? b + at * k : b + at;
    if (packed) product.bRow = left > 4 ? 32 : 16;
    if (left > 4) macroKernel8(product, a, from, c + at, row, min(8, left));
    else macroKernel4(product, a, from, c + at, row, left);
  }
}
