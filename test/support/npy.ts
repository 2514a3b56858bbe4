interface Parts {
  /** The Python dictionary. */
  readonly header: string;
  readonly data: ArrayLike<number>;
  readonly version?: number;
}

/** An `.npy` file with this header, true or not. */
export function npyBytes({ header, data, version = 1 }: Parts): Uint8Array {
  const text = new TextEncoder().encode(header + "\n");
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + text.length + data.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, start);
  bytes.set(data, start + text.length);
  return bytes;
}
