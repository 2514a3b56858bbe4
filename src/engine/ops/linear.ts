import { t } from "../../l10n/translate.ts";
import { ShapeError, show, sizeOf } from "../tensor.ts";
import { at, op } from "./op.ts";

/** y[…, out] = x[…, in] · Wᵀ + b, with W[out, in] and b[out] (which may be left out). */
export const linear = op<null>({
  name: "linear",

  shape([x, W]) {
    const width = x.at(-1);
    if (width !== W[1]) throw new ShapeError(t`cannot multiply ${show(x)} by the transpose of ${show(W)}`);
    return [...x.slice(0, -1), W[0]];
  },

  forward(k, { inputs: [x, W, b], out }) {
    const [n, m] = W.shape;
    const product = { k: m, lda: m, ta: 0, ldb: m, tb: 1, ldc: n, accumulate: 0 };
    k.gemm(product, x.size / m, n, x.at, W.at, out.at, at(b));
  },

  // dx = dy·W    dW = dyᵀ·x    db = Σ dy over the rows
  backward(k, { inputs: [x, W], dOut: dy, dInputs: [dx, dW, db], rowSums }) {
    const [n, m] = W.shape;
    const rows = x.size / m;
    const sums = rowSums ?? { rows, at: dy.at };
    if (db && sums.at !== db.at) k.columnSums(sums.rows, n, sums.at, n, db.at, 0);
    const rowByRow = { lda: n, ldb: m, tb: 0, ldc: m, accumulate: 0 };
    if (dW) k.gemm({ ...rowByRow, k: rows, ta: 1 }, n, m, dy.at, x.at, dW.at, -1);
    if (dx) k.gemm({ ...rowByRow, k: n, ta: 0 }, rows, m, dy.at, W.at, dx.at, -1);
  },

  deferrable: true,
  bias: 2,
  neededForBackward: () => ({ inputs: [0, 1], out: false }),

  samples: [
    { shapes: [[2, 3], [4, 3], [4]], attrs: null },
    {
      shapes: [
        [1, 1],
        [5, 1],
      ],
      attrs: null,
    },
    { shapes: [[3, 5, 7], [9, 7], [9]], attrs: null }, // no size is a multiple of a SIMD lane count
  ],
});

/** out = a + b, of equal shapes. */
export const add = op<null>({
  name: "add",
  shape([a, b]) {
    if (show(a) !== show(b)) throw new ShapeError(t`cannot add ${show(b)} to ${show(a)}`);
    return a;
  },
  forward: (k, { inputs: [a, b], out }) => k.add(sizeOf(out.shape), a.at, b.at, out.at),
  backward: () => undefined, // the gradient passes to both inputs as it is
  identityGradient: true,
  neededForBackward: () => ({ inputs: [], out: false }),
  overwrites: [0, 1],
  samples: [
    {
      shapes: [
        [3, 5],
        [3, 5],
      ],
      attrs: null,
    },
  ],
});
