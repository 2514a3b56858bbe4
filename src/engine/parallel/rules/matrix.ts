import { type MatrixKernels, packedSize } from "../../kernels/matrix.ts";
import { extent, reads, writes } from "../touches.ts";
import { type Args, moved, type Rule, type Rules, STRIP } from "./rule.ts";

/** B is packed by everyone who needs it: where that is much, everyone takes some of its columns instead of rows of A. */
const MUCH = 1 << 15;
const PANEL = 8;
const byColumns = ([m, n, k]: Args): boolean => n * k >= MUCH && n >= 8 * PANEL && m < 4 * n;

const gemm: Rule = {
  touches: ([m, n, k, A, lda, ta, B, ldb, tb, C, ldc, bias]) => [
    ...reads(A, ta ? extent(k, m, lda) : extent(m, k, lda)),
    ...reads(B, tb ? extent(n, k, ldb) : extent(k, n, ldb)),
    ...reads(bias, n),
    ...writes(C, extent(m, n, ldc)),
  ],
  units: (args) => (byColumns(args) ? Math.ceil(args[1] / PANEL) : args[0]),
  part(args, from, to) {
    const [m, n, k, A, lda, ta, B, ldb, tb, C, ldc, bias, accumulate] = args;
    if (!byColumns(args)) {
      return [
        to - from,
        n,
        k,
        A + from * (ta ? 1 : lda),
        lda,
        ta,
        B,
        ldb,
        tb,
        C + from * ldc,
        ldc,
        bias,
        accumulate,
      ];
    }
    const [first, end] = [from * PANEL, Math.min(to * PANEL, n)];
    const row = bias < 0 ? bias : bias + first;
    return [
      m,
      end - first,
      k,
      A,
      lda,
      ta,
      B + first * (tb ? ldb : 1),
      ldb,
      tb,
      C + first,
      ldc,
      row,
      accumulate,
    ];
  },
};

const gemmPacked: Rule = {
  touches: ([m, n, k, A, lda, packed, C, ldc, bias]) => [
    ...reads(A, extent(m, k, lda)),
    ...reads(packed, packedSize(n, k)),
    ...reads(bias, n),
    ...writes(C, extent(m, n, ldc)),
  ],
  units: ([m]) => m,
  part: moved(0, ([, , , , lda, , , ldc]) => ({ 3: lda, 6: ldc })),
};

const columnSums: Rule = {
  touches: ([rows, n, X, ldx, out]) => [...reads(X, extent(rows, n, ldx)), ...writes(out, n)],
  units: ([, n]) => Math.ceil(n / STRIP),
  part([rows, n, X, ldx, out, accumulate], from, to) {
    const [first, end] = [from * STRIP, Math.min(to * STRIP, n)];
    return [rows, end - first, X + first, ldx, out + first, accumulate];
  },
};

export const matrix: Rules<keyof MatrixKernels> = {
  gemm,
  gemmPacked,
  columnSums,
  pack: {
    touches: ([n, k, B, ldb, tb, to]) => [
      ...reads(B, tb ? extent(n, k, ldb) : extent(k, n, ldb)),
      ...writes(to, packedSize(n, k)),
    ],
  },
};
