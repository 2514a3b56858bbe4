import { dtypeOf } from "./dtype.ts";
import { DataError } from "../error.ts";
import { checkBytes, fortran, type NdArray } from "./ndarray.ts";
import { npyHeader } from "./npyHeader.ts";

/** The array in an `.npy` file. Copies nothing: elements are read where they lie. */
export function readNpy(bytes: Uint8Array, file: string): NdArray {
  const header = npyHeader(bytes, file);
  const { shape, offset } = header;
  const dtype = dtypeOf(header.descr);
  if (!dtype) throw new DataError(unreadable(header.descr), { file });
  checkBytes(file, shape, dtype.size, bytes.length - offset);

  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.byteLength - offset);
  const place = header.fortran && shape.length > 1 ? (i: number) => fortran(i, shape) : (i: number) => i;
  const number = dtype.number?.(view);
  const text = dtype.text?.(view);
  return {
    name: file,
    shape,
    at: number ? (i) => number(place(i) * dtype.size) : () => NaN,
    ...(text && { text: (i: number) => text(place(i) * dtype.size) }),
  };
}

/** Why elements of this type are not read. */
function unreadable(descr: string): string {
  const kind = /[a-zA-Z]/.exec(descr)?.[0] ?? "";
  const wanted = "expected integers, truth values or floats of up to 64 bits";
  const names: Readonly<Record<string, string>> = {
    O: "Python objects",
    c: "complex numbers",
    f: "floats of an unusual size",
    m: "time spans",
    M: "dates",
    V: "raw bytes",
    U: "long texts",
    S: "long texts",
  };
  const what = Object.hasOwn(names, kind) ? `${names[kind]} ("${descr}")` : `the type "${descr}"`;
  return `the array holds ${what}: ${wanted}`;
}
