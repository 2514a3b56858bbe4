import type { ConvSizes } from "./convSizes.ts";

/** Elements of columns that are made at a time: 1 MB in f32, still in the cache when they are used. */
const COLUMNS = 2 ** 18;

/** Rows of columns: products that are summed for one element of y. */
export const depthOf = ({ channels, groups, kernelHeight, kernelWidth }: ConvSizes): number =>
  (channels / groups) * kernelHeight * kernelWidth;

/** Each element of y takes one of x only, at the same place: x is its own columns. */
export const isPointwise = (sizes: ConvSizes): boolean => {
  const { height, width, outHeight, outWidth, kernelHeight, kernelWidth, padY, padX } = sizes;
  const isSame = padY === 0 && padX === 0 && height === outHeight && width === outWidth;
  return kernelHeight * kernelWidth === 1 && isSame;
};

/** A rectangle of y whose columns are made together: whole rows, as many as there is room for, or a part of one. */
export function blockSize(sizes: ConvSizes): readonly [rows: number, columns: number] {
  const { outHeight, outWidth } = sizes;
  if (isPointwise(sizes)) return [outHeight, outWidth];
  const room = Math.max(1, Math.floor(COLUMNS / depthOf(sizes)));
  return room < outWidth ? [1, room] : [Math.min(outHeight, Math.floor(room / outWidth)), outWidth];
}
