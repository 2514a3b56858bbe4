import type { Sink } from "../reading.ts";

const LONGEST_CHARACTER = 4;

/** Passes UTF-8 on as it is, in pieces of whole characters. Calls `wrong`, which throws, at the first byte that cannot stand where it stands. */
export class Utf8 implements Sink {
  readonly #next: Sink;
  readonly #wrong: () => never;
  /** A character that a piece has begun and not ended. */
  readonly #begun = new Uint8Array(LONGEST_CHARACTER);
  #held = 0;
  /** Bytes that it still needs, and between what the next of them lies. */
  #missing = 0;
  #low = 0x80;
  #high = 0xbf;

  constructor(next: Sink, wrong: () => never) {
    this.#next = next;
    this.#wrong = wrong;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    while (this.#missing > 0 && start < bytes.length) {
      if (!this.#continues(bytes[start])) this.#wrong();
      this.#begun[this.#held++] = bytes[start++];
      if (this.#missing === 0) this.#next.push(this.#begun.subarray(0, this.#held));
    }
    if (this.#missing > 0) return;
    this.#held = 0;
    const end = this.#checked(bytes, start);
    if (start < end) this.#next.push(bytes.subarray(start, end));
    if (end === bytes.length || this.#next.done) return;
    if (this.#missing === 0) this.#wrong();
    this.#begun.set(bytes.subarray(end));
    this.#held = bytes.length - end;
  }

  end(): void {
    if (this.#missing > 0) this.#wrong();
    this.#next.end();
  }

  /** Where the last whole character ends. Some are missing of the next one then, or it is wrong. */
  #checked(bytes: Uint8Array, start: number): number {
    const { length } = bytes;
    let at = start;
    for (;;) {
      while (at < length && bytes[at] < 0x80) at++;
      if (at === length) return at;
      const character = at;
      if (!this.#begins(bytes[at++])) return character;
      while (this.#missing > 0) {
        if (at === length) return character;
        if (!this.#continues(bytes[at++])) {
          this.#missing = 0;
          return character;
        }
      }
    }
  }

  /** The Unicode Standard, table 3-7: no longer forms than needed, no surrogates, nothing above U+10FFFF. */
  #begins(byte: number): boolean {
    if (byte < 0xc2 || byte > 0xf4) return false;
    this.#missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    this.#low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.#high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    return true;
  }

  #continues(byte: number): boolean {
    if (byte < this.#low || byte > this.#high) return false;
    this.#missing--;
    [this.#low, this.#high] = [0x80, 0xbf];
    return true;
  }
}
