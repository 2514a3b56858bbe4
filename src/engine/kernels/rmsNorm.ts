import { size, place, number, kernel } from "./kernel.ts";
import { rangeOf } from "./memory.ts";

/** Normalisation of rows by their size alone, as `batchNormKernels` in all else. */
export const rmsNormKernels = {
  /** y = x / √(mean of x² + ε) · weight for each row of n (Zhang & Sennrich, Root Mean Square Layer Normalization, 2019). */
  rmsNorm: kernel({
    params: { rows: size, n: size, x: place, y: place, weight: place, rstd: place, eps: number },

    scalar: ({ floats: f }) => {
      const within = rangeOf(f);
      return (rows, n, x, y, weight, rstd, eps) => {
        for (let row = 0, at = 0; row < rows; row++, at += n) {
          let squares = 0;
          for (let i = at; i < at + n; i++) squares += f[x + i] ** 2;
          const r = 1 / Math.sqrt(within(squares) / n + eps);
          f[rstd + row] = r;
          for (let j = 0; j < n; j++) f[y + at + j] = f[x + at + j] * r * (weight < 0 ? 1 : f[weight + j]);
        }
      };
    },
    access: ({ rows, n }) => ({ reads: { x: rows * n, weight: n }, writes: { y: rows * n, rstd: rows } }),
    split: { along: "rows", moves: ({ n }) => ({ x: n, y: n, rstd: 1 }) },
    cost: ({ rows, n }) => 0.6 * rows * n,
  }),

  /** Backward pass of `rmsNorm`. dx may be dy. */
  rmsNormGrad: kernel({
    params: {
      rows: size,
      n: size,
      x: place,
      dy: place,
      weight: place,
      rstd: place,
      dx: place,
      dweight: place,
    },
    // With ŷ = dy·w: dx = r·(ŷ − x·r²·mean(ŷ·x))
    scalar:
      ({ floats: f }) =>
      (rows, n, x, dy, weight, rstd, dx, dweight) => {
        if (dweight >= 0) f.fill(0, dweight, dweight + n);
        for (let row = 0, at = 0; row < rows; row++, at += n) {
          const r = f[rstd + row];
          let dot = 0;
          for (let j = 0; j < n; j++) {
            const product = f[dy + at + j] * f[x + at + j];
            if (dweight >= 0) f[dweight + j] += product * r;
            dot += product * (weight < 0 ? 1 : f[weight + j]);
          }
          for (let j = 0; j < n; j++) {
            const scaled = f[dy + at + j] * (weight < 0 ? 1 : f[weight + j]);
            f[dx + at + j] = r * (scaled - (f[x + at + j] * r * r * dot) / n);
          }
        }
      },
    access: ({ rows, n }) => ({
      reads: { x: rows * n, dy: rows * n, weight: n, rstd: rows },
      writes: { dx: rows * n, dweight: n },
    }),
    cost: ({ rows, n }) => 0.5 * rows * n,
  }),
};
