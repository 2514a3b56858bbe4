import { f32At } from "../simd/memory";
import { PANEL } from "./tile";

/** See `matrixKernels.pack`. */
export function pack(n: i32, k: i32, B: i32, ldb: i32, tb: i32, to: i32): void {
  if (tb) packTransposed(n, k, f32At(B), (<usize>ldb) << 2, f32At(to));
  else packRows(n, k, f32At(B), (<usize>ldb) << 2, f32At(to));
}

/** Columns of the panel with which the last `left` columns begin. */
// @ts-ignore: decorator
@inline
function panelOf(left: i32): i32 {
  return left >= PANEL ? PANEL : left > 4 ? 8 : 4;
}

/** Panels of columns of B[k,n] one after the other; what lies beyond n is never stored. */
export function packRows(n: i32, k: i32, b: usize, bRow: usize, to: usize): void {
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
export function packTransposed(n: i32, k: i32, b: usize, bRow: usize, to: usize): void {
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
