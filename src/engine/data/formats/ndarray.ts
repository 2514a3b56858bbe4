import { t } from "../../../l10n/translate.ts";
import { sizeOf, type Shape } from "../../tensor.ts";
import { DataError } from "../error.ts";
import { Beginning, type DataFile, nameOf, type Reading } from "../reading.ts";

/** Reads a number at an offset, in bytes. */
export type Read = (offset: number) => number;

/** A type of numbers: its size in bytes, and how to read it out of bytes. */
export interface NumberType {
  readonly size: number;
  readonly number: (view: DataView) => Read;
  readonly text?: undefined;
}

/** A type of texts. */
export interface TextType {
  readonly size: number;
  readonly text: (view: DataView) => (offset: number) => string;
  readonly number?: undefined;
}

export type ElementType = NumberType | TextType;

/** What the beginning of a file says of the array in it. */
export interface ArrayHeader {
  readonly shape: Shape;
  readonly type: ElementType;
  /** The first axis is the fastest. */
  readonly fortran: boolean;
  /** Where the elements begin, in bytes. */
  readonly offset: number;
}

/** A file format of arrays. */
export interface ArrayFormat {
  /** No header is longer, in bytes. */
  readonly longest: number;
  /** `bytes`: the beginning of the file, as long as the longest header, or the whole file. */
  header(bytes: Uint8Array, name: string): ArrayHeader;
}

/** An array that is known by its header, and where it comes from. */
export interface ArrayFile extends ArrayHeader {
  readonly file: DataFile;
  readonly name: string;
}

/** Reads the header of an array. Throws where the file cannot hold what it promises. */
export function* readHeader(format: ArrayFormat, file: DataFile): Reading<ArrayFile> {
  const name = nameOf(file);
  const sink = new Beginning(format.longest);
  const { bytes, exact } = yield { file, sink };
  const header = format.header(sink.bytes, name);
  const promised = sizeOf(header.shape) * header.type.size;
  const found = bytes - header.offset;
  if (exact || found < promised) checkBytes(name, header, found);
  return { ...header, file, name };
}

/** Throws unless the file holds exactly as many bytes as its header promises. Comes before any allocation. */
export function checkBytes(name: string, { shape, type }: ArrayHeader, found: number): void {
  const promised = sizeOf(shape) * type.size;
  if (promised === found) return;
  const what = found < promised ? t`is cut off, or its header lies` : t`has more data than its header says`;
  throw new DataError(t`the file ${what}: the header promises ${promised} bytes, found ${found}`, {
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

/** Places in row-major order of the elements as they follow each other in the file. */
export function placesOf({ shape, fortran }: ArrayHeader): () => number {
  let next = 0;
  if (!fortran || shape.length < 2) return () => next++;
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return () => {
    const place = next;
    for (let axis = 0; axis < shape.length; axis++) {
      next += strides[axis];
      if (++index[axis] < shape[axis]) break;
      next -= index[axis] * strides[axis];
      index[axis] = 0;
    }
    return place;
  };
}
