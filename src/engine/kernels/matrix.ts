import type { Memory } from "./memory.ts";

/** Products of matrices that lie row by row in memory; `ld…` is the distance between rows, in elements. */
export interface MatrixKernels {
  /**
   * C[m,n] = A[m,k]·B[k,n], plus C where `accumulate` is 1, plus a row of n at `bias` where that is not −1.
   * `ta` 1: A is stored as [k,m]; `tb` 1: B is stored as [n,k].
   */
  gemm(
    m: number,
    n: number,
    k: number,
    A: number,
    lda: number,
    ta: number,
    B: number,
    ldb: number,
    tb: number,
    C: number,
    ldc: number,
    bias: number,
    accumulate: number,
  ): void;
  /** Packs B[k,n], as for `gemm`, for any number of `gemmPacked`: `packedSize(n, k)` elements from `to` on. */
  pack(n: number, k: number, B: number, ldb: number, tb: number, to: number): void;
  /** `gemm` by a B that has been packed. */
  gemmPacked(
    m: number,
    n: number,
    k: number,
    A: number,
    lda: number,
    packed: number,
    C: number,
    ldc: number,
    bias: number,
    accumulate: number,
  ): void;
  /** out[n] = Σ over the rows of X[rows,n], plus out where `accumulate` is 1. */
  columnSums(rows: number, n: number, X: number, ldx: number, out: number, accumulate: number): void;
}

/** Elements of a packed matrix of k rows of n: columns in whole vectors of four. */
export const packedSize = (n: number, k: number): number => k * ((n + 3) & ~3);

export function matrixKernels({ floats: f }: Memory): MatrixKernels {
  // One row of C at a time, so that the inner loop runs along rows of both B and C.
  let sums = new Float64Array(0);

  const kernels: MatrixKernels = {
    gemm(m, n, k, A, lda, ta, B, ldb, tb, C, ldc, bias, accumulate) {
      if (sums.length < n) sums = new Float64Array(n);
      const [aRow, aCol] = ta ? [1, lda] : [lda, 1];
      for (let i = 0; i < m; i++) {
        const c = C + i * ldc;
        for (let j = 0; j < n; j++) sums[j] = (bias < 0 ? 0 : f[bias + j]) + (accumulate ? f[c + j] : 0);
        if (tb) {
          for (let j = 0; j < n; j++) {
            let sum = sums[j];
            const b = B + j * ldb;
            for (let p = 0, a = A + i * aRow; p < k; p++, a += aCol) sum += f[a] * f[b + p];
            sums[j] = sum;
          }
        } else {
          for (let p = 0, a = A + i * aRow; p < k; p++, a += aCol) {
            const x = f[a];
            const b = B + p * ldb;
            for (let j = 0; j < n; j++) sums[j] += x * f[b + j];
          }
        }
        for (let j = 0; j < n; j++) f[c + j] = sums[j];
      }
    },

    // Row by row, which is what `gemm` reads best.
    pack(n, k, B, ldb, tb, to) {
      for (let p = 0; p < k; p++) {
        for (let j = 0; j < n; j++) f[to + p * n + j] = f[tb ? B + j * ldb + p : B + p * ldb + j];
      }
    },

    gemmPacked: (m, n, k, A, lda, packed, C, ldc, bias, accumulate) =>
      kernels.gemm(m, n, k, A, lda, 0, packed, n, 0, C, ldc, bias, accumulate),

    columnSums(rows, n, X, ldx, out, accumulate) {
      for (let j = 0; j < n; j++) {
        let sum = accumulate ? f[out + j] : 0;
        for (let i = 0, x = X + j; i < rows; i++, x += ldx) sum += f[x];
        f[out + j] = sum;
      }
    },
  };
  return kernels;
}
