import { sizeOf, type Shape } from "../tensor.ts";
import { PREFIX, readHeader } from "./header.ts";

/** A tensor in a file. */
export interface StoredTensor {
  readonly shape: Shape;
  /** A copy in single precision: allocates only when it is called. */
  values(): Float32Array;
}

/** The tensors of a `.safetensors` file by name, in the order of its header. Throws `DataError` where it is not one. */
export function readSafetensors(bytes: Uint8Array, file: string): ReadonlyMap<string, StoredTensor> {
  const { entries, start } = readHeader(bytes, file);
  return new Map(
    entries.map(({ name, dtype, shape, begin, end }) => {
      const values = (): Float32Array => {
        const read = dtype.number(new DataView(bytes.buffer, bytes.byteOffset + start + begin, end - begin));
        return Float32Array.from({ length: sizeOf(shape) }, (_, i) => read(i * dtype.size));
      };
      return [name, { shape, values }];
    }),
  );
}

export interface TensorValues {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** A `.safetensors` file of these tensors in single precision, as `safetensors.torch.save_file` writes it. */
export function writeSafetensors(tensors: ReadonlyMap<string, TensorValues>): Uint8Array {
  let end = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => [
    name,
    { dtype: "F32", shape, data_offsets: [end, (end += values.byteLength)] },
  ]);
  const text = ascii(JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) }));
  const length = Math.ceil(text.length / 8) * 8; // so that the tensors are aligned; the rest is spaces
  const bytes = new Uint8Array(PREFIX + length + end).fill(0x20, PREFIX, PREFIX + length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  for (let i = 0; i < text.length; i++) bytes[PREFIX + i] = text.charCodeAt(i);
  let at = PREFIX + length;
  for (const { values } of tensors.values()) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** JSON with other characters as escapes, so that every character is a byte. */
const ascii = (json: string): string =>
  json.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
