import { t } from "../../../l10n/translate.ts";
import { DataError } from "../error.ts";
import type { ArrayFormat, ElementType } from "./ndarray.ts";

/** Types by the third byte of the magic number; all big-endian. */
const TYPES: Readonly<Record<number, ElementType>> = {
  0x08: { size: 1, number: (view) => (at) => view.getUint8(at) },
  0x09: { size: 1, number: (view) => (at) => view.getInt8(at) },
  0x0b: { size: 2, number: (view) => (at) => view.getInt16(at) },
  0x0c: { size: 4, number: (view) => (at) => view.getInt32(at) },
  0x0d: { size: 4, number: (view) => (at) => view.getFloat32(at) },
  0x0e: { size: 8, number: (view) => (at) => view.getFloat64(at) },
};

const MOST_AXES = 255;

const lengthOf = (axes: number): number => 4 + 4 * axes;

/** The array in an IDX file (LeCun, Cortes & Burges, The MNIST database, section "File formats"). */
export const idxFormat: ArrayFormat = {
  longest: lengthOf(MOST_AXES),

  header(bytes, name) {
    const [zero, alsoZero, code, axes] = bytes;
    const type = TYPES[code];
    if (zero !== 0 || alsoZero !== 0 || !type || axes === 0) {
      const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
      throw new DataError(
        t`not an IDX file: expected it to begin with 00 00 08 01 or the like, found ${found}`,
        { file: name },
      );
    }
    const offset = lengthOf(axes);
    if (!(bytes.length >= offset))
      throw new DataError(t`the file is cut off within its header`, { file: name });
    const header = new DataView(bytes.buffer, bytes.byteOffset, offset);
    const shape = Array.from({ length: axes }, (_, axis) => header.getUint32(4 + 4 * axis));
    return { shape, type, fortran: false, offset };
  },
};
