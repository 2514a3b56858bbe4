import type { Sink } from "../reading.ts";

/** Turns UTF-16 into UTF-8, in pieces of whole characters. Calls `wrong`, which throws, at half a pair of surrogates. */
export class Utf16 implements Sink {
  readonly #next: Sink;
  readonly #little: boolean;
  readonly #wrong: () => never;
  /** First byte of a unit that a piece has begun and not ended. */
  #byte: number | undefined;
  /** First half of a pair. */
  #high = 0;
  #out = new Uint8Array(0);
  #length = 0;

  constructor(next: Sink, little: boolean, wrong: () => never) {
    this.#next = next;
    this.#little = little;
    this.#wrong = wrong;
  }

  push(bytes: Uint8Array): void {
    this.#room(bytes.length);
    let at = 0;
    if (this.#byte !== undefined && bytes.length > 0) {
      this.#unit(this.#byte, bytes[at++]);
      this.#byte = undefined;
    }
    for (; at + 1 < bytes.length; at += 2) this.#unit(bytes[at], bytes[at + 1]);
    if (at < bytes.length) this.#byte = bytes[at];
    this.#flush();
  }

  end(): void {
    if (this.#byte !== undefined || this.#high > 0) this.#wrong();
    this.#next.end();
  }

  /** A unit of UTF-16 is three bytes of UTF-8 at most; the second of a pair is four. */
  #room(bytes: number): void {
    const most = 3 * Math.ceil((bytes + 1) / 2) + 1;
    if (this.#out.length < most) this.#out = new Uint8Array(most);
  }

  #flush(): void {
    if (this.#length > 0) this.#next.push(this.#out.subarray(0, this.#length));
    this.#length = 0;
  }

  #unit(first: number, second: number): void {
    const unit = this.#little ? first | (second << 8) : (first << 8) | second;
    const isLow = unit >= 0xdc00 && unit < 0xe000;
    if (isLow !== this.#high > 0) {
      this.#flush();
      if (this.#next.done) return;
      this.#wrong();
    }
    if (isLow) {
      this.#write(0x10000 + ((this.#high - 0xd800) << 10) + (unit - 0xdc00));
      this.#high = 0;
    } else if (unit >= 0xd800 && unit < 0xdc00) this.#high = unit;
    else this.#write(unit);
  }

  #write(code: number): void {
    const out = this.#out;
    if (code < 0x80) {
      out[this.#length++] = code;
      return;
    }
    const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    out[this.#length++] = [0, 0xc0, 0xe0, 0xf0][more] | (code >> (6 * more));
    for (let i = more - 1; i >= 0; i--) out[this.#length++] = 0x80 | ((code >> (6 * i)) & 0x3f);
  }
}
