export type Shape = readonly number[];

export type Floats = Float32Array | Float64Array;

/** A place in the arena: `size` elements from element `at` on, row by row. */
export interface Tensor {
  readonly at: number;
  readonly shape: Shape;
  readonly size: number;
}

export const sizeOf = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

/** `[64, 2]`, as PyTorch prints a size. */
export const show = (shape: Shape): string => `[${shape.join(", ")}]`;

/** A user's mistake: shapes that do not fit. The parser turns it into a problem with a range. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}
