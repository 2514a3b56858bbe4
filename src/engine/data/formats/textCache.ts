const SLOTS = 2 ** 12;

/** Texts of bytes that have come before, so that a column of few names is not decoded again in each row. */
export class TextCache {
  readonly #decoder = new TextDecoder();
  readonly #texts = new Array<{ readonly bytes: Uint8Array; readonly text: string } | undefined>(SLOTS);

  /** The text of the bytes from `start` to `end` without blanks around it. */
  text(bytes: Uint8Array, start: number, end: number): string {
    if (end - start > 64) return this.#decode(bytes.subarray(start, end));
    let hash = 0x811c9dc5; // FNV-1a
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.#texts[slot];
    if (known && isSame(known.bytes, bytes, start, end)) return known.text;
    const copy = bytes.slice(start, end);
    const text = this.#decode(copy);
    this.#texts[slot] = { bytes: copy, text };
    return text;
  }

  #decode(bytes: Uint8Array): string {
    return this.#decoder.decode(bytes).trim();
  }
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
