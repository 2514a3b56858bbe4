import { sizeOf, type Shape } from "../../tensor.ts";
import { DataError } from "../error.ts";

/** An array of numbers, or of texts, as a file holds it. */
export interface NdArray {
  /** Where it comes from, for messages. */
  readonly name: string;
  readonly shape: Shape;
  /** Element i in row-major order. 64-bit integers beyond 2⁵³ are rounded. NaN where the elements are texts. */
  readonly at: (i: number) => number;
  /** Element i in row-major order, where the elements are texts. */
  readonly text?: (i: number) => string;
}

/** Reads a number at an offset, in bytes. */
export type Read = (offset: number) => number;

/** Throws unless the file holds exactly as many bytes as its header promises. Comes before any allocation. */
export function checkBytes(name: string, shape: Shape, itemSize: number, found: number): void {
  const promised = sizeOf(shape) * itemSize;
  if (promised === found) return;
  const what = found < promised ? "is cut off, or its header lies" : "has more data than its header says";
  throw new DataError(`the file ${what}: the header promises ${promised} bytes, found ${found}`, {
    file: name,
  });
}

/** Index of each axis for element i in row-major order. */
export function indexAt(i: number, shape: Shape): number[] {
  const index = [...shape];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = i % shape[axis];
    i = Math.floor(i / shape[axis]);
  }
  return index;
}

/** Where element i in row-major order lies among elements in Fortran order, first axis fastest. */
export function fortran(i: number, shape: Shape): number {
  let place = 0;
  let stride = sizeOf(shape);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride /= shape[axis];
    place += (i % shape[axis]) * stride;
    i = Math.floor(i / shape[axis]);
  }
  return place;
}
