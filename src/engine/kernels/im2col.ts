import type { ConvSizes } from "./convSizes.ts";

/** Elements of columns that are made at a time, in each thread's scratch: 1 MB in f32, still in the cache when they are used. */
export const COLUMNS = 2 ** 18;

/** Rows of columns: products that are summed for one element of y. */
const depthOf = ({ channels, groups, kernelHeight, kernelWidth }: ConvSizes): number =>
  (channels / groups) * kernelHeight * kernelWidth;

/** Each element of y takes one of x only, at the same place: x is its own columns. */
export const isPointwise = (sizes: ConvSizes): boolean => {
  const { height, width, outHeight, outWidth, kernelHeight, kernelWidth, padY, padX } = sizes;
  const isSame = padY === 0 && padX === 0 && height === outHeight && width === outWidth;
  return kernelHeight * kernelWidth === 1 && isSame;
};

export interface BlockSize {
  readonly blockRows: number;
  readonly blockColumns: number;
  readonly blockDepth: number;
}

/**
 * A rectangle of y whose columns are made together: whole rows, as many as there is room for, or a part of one; of columns that are
 * longer than all the room, a part at a time.
 */
export function blockSize(sizes: ConvSizes): BlockSize {
  const { outHeight, outWidth } = sizes;
  const depth = depthOf(sizes);
  if (isPointwise(sizes)) return { blockRows: outHeight, blockColumns: outWidth, blockDepth: depth };
  const blockDepth = Math.min(depth, COLUMNS);
  const room = Math.floor(COLUMNS / blockDepth);
  const blockRows = Math.max(1, Math.min(outHeight, Math.floor(room / outWidth)));
  return { blockRows, blockColumns: Math.min(room, outWidth), blockDepth };
}
