import { dtypeOf } from "../data/formats/dtype.ts";
import type { Read } from "../data/formats/ndarray.ts";

/** An element type of the safetensors format. */
export interface ElementType {
  /** In bytes. */
  readonly size: number;
  number(view: DataView): Read;
}

/** One that NumPy has too, as NumPy writes it. */
function numpy(descr: string): ElementType {
  const { size = 0, number } = dtypeOf(descr) ?? {};
  if (!number) throw new Error(`"${descr}" is not a type of numbers`);
  return { size, number };
}

const bits = new DataView(new ArrayBuffer(4));

/** The upper half of a single-precision number. */
const bfloat16: ElementType = {
  size: 2,
  number: (view) => (at) => {
    bits.setUint16(0, view.getUint16(at, true));
    return bits.getFloat32(0);
  },
};

/** Every element type that is read, by its name in the file. */
export const ELEMENTS: Readonly<Record<string, ElementType>> = {
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
