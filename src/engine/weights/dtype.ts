import { dtypeOf } from "../data/formats/dtype.ts";
import type { NumberType } from "../data/formats/ndarray.ts";

/** One that NumPy has too, as NumPy writes it. */
function numpy(descr: string): NumberType {
  const type = dtypeOf(descr);
  if (!type?.number) throw new Error(`"${descr}" is not a type of numbers`);
  return type;
}

const bits = new DataView(new ArrayBuffer(4));

/** The upper half of a single-precision number. */
const bfloat16: NumberType = {
  size: 2,
  number: (view) => (at) => {
    bits.setUint16(0, view.getUint16(at, true));
    return bits.getFloat32(0);
  },
};

/** Every element type that is read, by its name in the file. */
export const ELEMENTS: Readonly<Record<string, NumberType>> = {
  F64: numpy("<f8"),
  F32: numpy("<f4"),
  F16: numpy("<f2"),
  BF16: bfloat16,
  I64: numpy("<i8"),
  I32: numpy("<i4"),
  I16: numpy("<i2"),
  I8: numpy("|i1"),
  U64: numpy("<u8"),
  U32: numpy("<u4"),
  U16: numpy("<u2"),
  U8: numpy("|u1"),
  BOOL: numpy("|b1"),
};
