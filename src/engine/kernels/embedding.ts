import { size, place, index, kernel } from "./kernel.ts";

/** A table of vectors, one row for each id. */
export const embeddingKernels = {
  /** y[n, width]: the rows of W[…, width] that the n ids name. */
  embedding: kernel({
    params: { n: size, width: size, ids: place, W: place, y: place },

    scalar:
      ({ floats: f }) =>
      (n, width, ids, W, y) => {
        for (let i = 0; i < n; i++, y += width) {
          const row = W + f[ids + i] * width;
          f.copyWithin(y, row, row + width);
        }
      },
    // Where W ends is not said: what reads it is not beside what writes it.
    access: ({ n, width }) => ({ reads: { ids: n }, writes: { y: n * width } }),
    split: { along: "n", moves: ({ width }) => ({ ids: 1, y: width }) },
    cost: ({ n, width }) => 0.15 * n * width,
  }),

  /** dW[rows, width]: Σ of dy over the places of each id; 0 for the row `padding`, −1: there is none such. */
  embeddingGrad: kernel({
    params: { n: size, width: size, rows: size, padding: index, ids: place, dy: place, dW: place },

    scalar:
      ({ floats: f }) =>
      (n, width, rows, padding, ids, dy, dW) => {
        f.fill(0, dW, dW + rows * width);
        for (let i = 0; i < n; i++, dy += width) {
          const id = f[ids + i];
          if (id === padding) continue;
          for (let j = 0, row = dW + id * width; j < width; j++) f[row + j] += f[dy + j];
        }
      },
    access: ({ n, width, rows }) => ({ reads: { ids: n, dy: n * width }, writes: { dW: rows * width } }),
    cost: ({ n, width, rows }) => 0.2 * n * width + 0.1 * rows * width,
  }),
};
