import { DataError } from "../error.ts";
import { checkBytes, type NdArray, type Read } from "./ndarray.ts";

interface IdxType {
  readonly size: number;
  readonly read: (view: DataView) => Read;
}

/** Types by the third byte of the magic number; all big-endian. */
const TYPES: Readonly<Record<number, IdxType>> = {
  0x08: { size: 1, read: (view) => (at) => view.getUint8(at) },
  0x09: { size: 1, read: (view) => (at) => view.getInt8(at) },
  0x0b: { size: 2, read: (view) => (at) => view.getInt16(at) },
  0x0c: { size: 4, read: (view) => (at) => view.getInt32(at) },
  0x0d: { size: 4, read: (view) => (at) => view.getFloat32(at) },
  0x0e: { size: 8, read: (view) => (at) => view.getFloat64(at) },
};

/** The array in an IDX file (LeCun, Cortes & Burges, The MNIST database, section "File formats"), unpacked. */
export function readIdx(bytes: Uint8Array, file: string): NdArray {
  const [zero, alsoZero, code, axes] = bytes;
  const type = TYPES[code];
  if (zero !== 0 || alsoZero !== 0 || !type || axes === 0) {
    const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new DataError(
      `not an IDX file: expected it to begin with 00 00 08 01 or the like, found ${found}`,
      { file },
    );
  }
  const offset = 4 + 4 * axes;
  if (!(bytes.length >= offset)) throw new DataError("the file is cut off within its header", { file });
  const header = new DataView(bytes.buffer, bytes.byteOffset, offset);
  const shape = Array.from({ length: axes }, (_, axis) => header.getUint32(4 + 4 * axis));
  checkBytes(file, shape, type.size, bytes.length - offset);

  const read = type.read(new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.byteLength - offset));
  return { name: file, shape, at: (i) => read(i * type.size) };
}
