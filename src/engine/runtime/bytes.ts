/** Bytes that are written one after the other, in the encodings of WebAssembly's binary format. */
export class Bytes {
  #bytes = new Uint8Array(256);
  #size = 0;

  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#size);
  }

  byte(value: number): this {
    if (this.#size === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#size++] = value;
    return this;
  }

  bytes(values: Uint8Array | readonly number[]): this {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#size);
    this.#size += values.length;
    return this;
  }

  /** LEB128 of a natural number below 2³². */
  unsigned(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    return this.byte(rest);
  }

  /** LEB128 of an integer of 32 bits. */
  signed(value: number): this {
    let rest = value;
    for (; rest < -0x40 || rest >= 0x40; rest >>= 7) this.byte((rest & 0x7f) | 0x80);
    return this.byte(rest & 0x7f);
  }

  /** Little-endian. */
  double(value: number): this {
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#size, value, true);
    this.#size += 8;
    return this;
  }

  /** Of characters that are one byte each; its length comes first. */
  text(value: string): this {
    this.unsigned(value.length);
    for (let i = 0; i < value.length; i++) this.byte(value.charCodeAt(i));
    return this;
  }

  #reserve(more: number): void {
    const needed = this.#size + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
