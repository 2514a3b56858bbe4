/** An IDX file: the code of its element type, its shape, and its elements as they are stored. */
export function idxBytes(code: number, shape: readonly number[], elements: Uint8Array): Uint8Array {
  const start = 4 + 4 * shape.length;
  const bytes = new Uint8Array(start + elements.length);
  bytes.set([0, 0, code, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  bytes.set(elements, start);
  return bytes;
}
