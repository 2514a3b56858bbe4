import type { ElementType, Read } from "./ndarray.ts";

/** Reads one element type of a NumPy array; `little` is its byte order. */
type Reader = (view: DataView, little: boolean) => Read;

/** Number types, by NumPy's kind and size in bytes. */
const NUMBERS: Readonly<Record<string, Reader>> = {
  b1: (view) => (at) => (view.getUint8(at) === 0 ? 0 : 1),
  i1: (view) => (at) => view.getInt8(at),
  i2: (view, little) => (at) => view.getInt16(at, little),
  i4: (view, little) => (at) => view.getInt32(at, little),
  i8: (view, little) => (at) => Number(view.getBigInt64(at, little)),
  u1: (view) => (at) => view.getUint8(at),
  u2: (view, little) => (at) => view.getUint16(at, little),
  u4: (view, little) => (at) => view.getUint32(at, little),
  u8: (view, little) => (at) => Number(view.getBigUint64(at, little)),
  f2: (view, little) => (at) => half(view.getUint16(at, little)),
  f4: (view, little) => (at) => view.getFloat32(at, little),
  f8: (view, little) => (at) => view.getFloat64(at, little),
};

/** Value of the bits of an IEEE 754 half. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Names of classes are short. */
const LONGEST_TEXT = 1024;

/** The element type that NumPy writes so (`<f4`, `|u1`, `<U10`); `undefined` for one that holds neither numbers nor texts. */
export function dtypeOf(descr: string): ElementType | undefined {
  const match = /^([<>|=]?)([a-zA-Z])([1-9]\d{0,8})$/.exec(descr);
  if (!match) return undefined;
  const [, order, kind, digits] = match;
  const count = Number(digits);
  if ((kind === "U" || kind === "S") && count > LONGEST_TEXT) return undefined;
  const little = order !== ">"; // "=" is the machine's own, and every machine that runs this is little-endian
  if (kind === "U") return { size: 4 * count, text: (view) => utf32(view, count, little) };
  if (kind === "S") return { size: count, text: (view) => latin1(view, count) };
  const reader = Object.hasOwn(NUMBERS, kind + digits) ? NUMBERS[kind + digits] : undefined;
  return reader && { size: count, number: (view) => reader(view, little) };
}

/** The texts of NumPy end at the last character that is not 0. */
function trimmed(codes: readonly number[]): string {
  const length = codes.findLastIndex((code) => code !== 0) + 1;
  return codes
    .slice(0, length)
    .reduce((text, code) => text + String.fromCodePoint(code > 0x10ffff ? 0xfffd : code), "");
}

const utf32 = (view: DataView, length: number, little: boolean) => (offset: number) =>
  trimmed(Array.from({ length }, (_, i) => view.getUint32(offset + 4 * i, little)));

const latin1 = (view: DataView, length: number) => (offset: number) =>
  trimmed(Array.from({ length }, (_, i) => view.getUint8(offset + i)));
