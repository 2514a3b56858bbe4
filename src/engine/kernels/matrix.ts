import { size, place, flag, descriptor, extent, kernel, STRIP } from "./kernel.ts";
import { products } from "./costs.ts";

/** Elements of a packed matrix of k rows of n: columns in whole vectors of four. */
export const packedSize = (n: number, k: number): number => k * ((n + 3) & ~3);

/** B is packed by everyone who needs it: where that is much, everyone takes some of its columns instead of rows of A. */
const MUCH = 1 << 15;
const PANEL = 8;
const isByColumns = ({ m, n, k }: { readonly m: number; readonly n: number; readonly k: number }): boolean =>
  n * k >= MUCH && n >= 8 * PANEL && m < 4 * n;

const gemm = kernel({
  descriptor: descriptor("GemmDescriptor", {
    k: size,
    lda: size,
    ta: flag,
    ldb: size,
    tb: flag,
    ldc: size,
    accumulate: flag,
  }),
  params: { m: size, n: size, A: place, B: place, C: place, bias: place },

  scalar: ({ floats: f }) => {
    // One row of C at a time, so that the inner loop runs along rows of both B and C.
    let sums = new Float64Array(0);
    return ({ k, lda, ta, ldb, tb, ldc, accumulate }, m, n, A, B, C, bias) => {
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
    };
  },
  access: ({ m, n, k, lda, ta, ldb, tb, ldc }) => ({
    reads: {
      A: ta ? extent(k, m, lda) : extent(m, k, lda),
      B: tb ? extent(n, k, ldb) : extent(k, n, ldb),
      bias: n,
    },
    writes: { C: extent(m, n, ldc) },
  }),
  split: {
    units: (args) => (isByColumns(args) ? Math.ceil(args.n / PANEL) : args.m),
    part(args, from, to) {
      const { n, A, lda, ta, B, ldb, tb, C, ldc, bias } = args;
      if (!isByColumns(args)) return { m: to - from, A: A + from * (ta ? 1 : lda), C: C + from * ldc };
      const [first, end] = [from * PANEL, Math.min(to * PANEL, n)];
      return {
        n: end - first,
        B: B + first * (tb ? ldb : 1),
        C: C + first,
        bias: bias < 0 ? bias : bias + first,
      };
    },
  },
  cost: ({ m, n, k }) => products(m * n * k),
});

/** Products of matrices that lie row by row in memory; `ld…` is the distance between rows, in elements. */
export const matrixKernels = {
  /**
   * C[m,n] = A[m,k]·B[k,n], plus C where `accumulate` is 1, plus a row of n at `bias` where that is not −1.
   * `ta` 1: A is stored as [k,m]; `tb` 1: B is stored as [n,k].
   */
  gemm,

  /** Packs B[k,n], as for `gemm`, for any number of `gemmPacked`, as each implementation reads it best: `packedSize(n, k)` elements from `to` on. */
  pack: kernel({
    params: { n: size, k: size, B: place, ldb: size, tb: flag, to: place },
    // Row by row, which is what `gemm` reads best.
    scalar:
      ({ floats: f }) =>
      (n, k, B, ldb, tb, to) => {
        for (let p = 0; p < k; p++) {
          for (let j = 0; j < n; j++) f[to + p * n + j] = f[tb ? B + j * ldb + p : B + p * ldb + j];
        }
      },
    access: ({ n, k, ldb, tb }) => ({
      reads: { B: tb ? extent(n, k, ldb) : extent(k, n, ldb) },
      writes: { to: packedSize(n, k) },
    }),
    cost: ({ n, k }) => 0.1 * n * k,
  }),

  /** `gemm` by a B that has been packed. */
  gemmPacked: kernel({
    params: {
      m: size,
      n: size,
      k: size,
      A: place,
      lda: size,
      packed: place,
      C: place,
      ldc: size,
      bias: place,
      accumulate: flag,
    },

    scalar: (memory, random) => {
      const product = gemm.scalar(memory, random);
      return (m, n, k, A, lda, packed, C, ldc, bias, accumulate) =>
        product({ k, lda, ta: 0, ldb: n, tb: 0, ldc, accumulate }, m, n, A, packed, C, bias);
    },
    access: ({ m, n, k, lda, ldc }) => ({
      reads: { A: extent(m, k, lda), packed: packedSize(n, k), bias: n },
      writes: { C: extent(m, n, ldc) },
    }),
    split: { along: "m", moves: ({ lda, ldc }) => ({ A: lda, C: ldc }) },
    cost: ({ m, n, k }) => products(m * n * k),
  }),

  /** out[n] = Σ over the rows of X[rows,n], plus out where `accumulate` is 1. */
  columnSums: kernel({
    params: { rows: size, n: size, X: place, ldx: size, out: place, accumulate: flag },

    scalar:
      ({ floats: f }) =>
      (rows, n, X, ldx, out, accumulate) => {
        for (let j = 0; j < n; j++) {
          let sum = accumulate ? f[out + j] : 0;
          for (let i = 0, x = X + j; i < rows; i++, x += ldx) sum += f[x];
          f[out + j] = sum;
        }
      },
    access: ({ rows, n, ldx }) => ({ reads: { X: extent(rows, n, ldx) }, writes: { out: n } }),
    split: {
      units: ({ n }) => Math.ceil(n / STRIP),
      part({ n, X, out }, from, to) {
        const [first, end] = [from * STRIP, Math.min(to * STRIP, n)];
        return { n: end - first, X: X + first, out: out + first };
      },
    },
    cost: ({ rows, n }) => 0.1 * rows * n,
  }),
};
