/** The longest line that is read, in bytes. */
export const LONGEST_LINE = 16_000_000;

const LINE_BREAK = 10;

/** A line of a file, or what stands in place of one that is too long. */
export interface Line {
  /** Counts from 1. */
  readonly number: number;
  /** Absent where it is longer than `LONGEST_LINE`. */
  readonly text?: string;
}

/** Lines of a file that arrives in pieces, cut anywhere. The last one is given once its break has come. */
export class Lines {
  readonly #decoder = new TextDecoder();
  /** What has come of the line that is not complete. */
  #pieces: Uint8Array[] = [];
  #length = 0;
  #number = 0;

  *take(bytes: Uint8Array): Generator<Line> {
    let from = 0;
    for (let to = bytes.indexOf(LINE_BREAK); to >= 0; to = bytes.indexOf(LINE_BREAK, from)) {
      this.#add(bytes.subarray(from, to), false);
      yield this.#line();
      from = to + 1;
    }
    this.#add(bytes.subarray(from), true);
  }

  /** Whoever reads may read the next piece into the same memory: what is to be kept is copied. */
  #add(piece: Uint8Array, keep: boolean): void {
    this.#length += piece.length;
    if (this.#length > LONGEST_LINE) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(keep ? piece.slice() : piece);
  }

  #line(): Line {
    const number = ++this.#number;
    const text = this.#length > LONGEST_LINE ? undefined : this.#decoder.decode(joined(this.#pieces));
    this.#pieces = [];
    this.#length = 0;
    return { number, ...(text !== undefined && { text }) };
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only && pieces.length === 1) return only;
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
