import { f32At } from "../simd/memory";
import { transposeRows } from "../simd/transpose";
import { NARROW, packColumns } from "./narrow";
import { NR, MR, rowsOfNext } from "./microKernel";

/** See `matrixKernels.pack`. */
export function pack(n: i32, k: i32, B: i32, ldb: i32, tb: i32, to: i32): void {
  const bRow = (<usize>ldb) << 2;
  if (n <= NARROW) packColumns(n, k, f32At(B), tb ? 4 : bRow, tb ? bRow : 4, f32At(to));
  else if (tb) packTransposed(n, k, f32At(B), bRow, f32At(to));
  else packRows(n, k, f32At(B), bRow, f32At(to));
}

/** Columns of the panel with which the last `left` columns begin. */
// @ts-ignore: decorator
@inline
function panelOf(left: i32): i32 {
  return left >= NR ? NR : left > 4 ? 8 : 4;
}

/** Panels of columns of B[k,n] one after the other; what lies beyond n is never stored. */
export function packRows(n: i32, k: i32, b: usize, bRow: usize, to: usize): void {
  for (let j = 0, width = 0; j < n; j += width) {
    width = panelOf(n - j);
    const from = b + ((<usize>j) << 2);
    if (width == NR) to = packPanel(NR, k, from, bRow, to);
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
export function packTransposed(n: i32, k: i32, b: usize, bRow: usize, to: usize): void {
  for (let j = 0, width = 0; j < n; j += width) {
    width = panelOf(n - j);
    for (let quarter = 0; quarter < width; quarter += 4) {
      transposeRows(
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

/**
 * m rows of A, stored as its transpose [k,m]: panels of as many as a tile has, column by column, so that a tile reads them in one
 * stream. Up to 12 bytes after the last are written, too.
 */
export function packTiles(m: i32, k: i32, a: usize, aCol: usize, to: usize): void {
  for (let left = m, rows = 0; left > 0; left -= rows) {
    rows = rowsOfNext(left);
    if (rows == MR) packTile(MR, k, a, aCol, to);
    else packTile(rows, k, a, aCol, to);
    a += (<usize>rows) << 2;
    to += (<usize>(rows * k)) << 2;
  }
}

/** By one vector, or by two that overlap; what the first column takes too much of, the next one writes over. */
// @ts-ignore: decorator
@inline
function packTile(rows: i32, k: i32, from: usize, aCol: usize, to: usize): void {
  const second = (<usize>max(rows - 4, 0)) << 2;
  for (let p = 0; p < k; p++, from += aCol, to += (<usize>rows) << 2) {
    v128.store(to, v128.load(from));
    if (rows > 4) v128.store(to + second, v128.load(from + second));
  }
}
