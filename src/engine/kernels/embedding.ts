import type { Memory } from "./memory.ts";

/** A table of vectors, one row for each id. */
export interface EmbeddingKernels {
  /** y[n, width]: the rows of W[…, width] that the n ids name. */
  embedding(n: number, width: number, ids: number, W: number, y: number): void;
  /** dW[rows, width]: Σ of dy over the places of each id; 0 for the row `padding`, −1: there is none such. */
  embeddingGrad(
    n: number,
    width: number,
    rows: number,
    padding: number,
    ids: number,
    dy: number,
    dW: number,
  ): void;
}

export function embeddingKernels({ floats: f }: Memory): EmbeddingKernels {
  return {
    embedding(n, width, ids, W, y) {
      for (let i = 0; i < n; i++, y += width) {
        const row = W + f[ids + i] * width;
        f.copyWithin(y, row, row + width);
      }
    },

    embeddingGrad(n, width, rows, padding, ids, dy, dW) {
      f.fill(0, dW, dW + rows * width);
      for (let i = 0; i < n; i++, dy += width) {
        const id = f[ids + i];
        if (id === padding) continue;
        for (let j = 0, row = dW + id * width; j < width; j++) f[row + j] += f[dy + j];
      }
    },
  };
}
