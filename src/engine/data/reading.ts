import { t } from "../../l10n/translate.ts";
import { DataError } from "./error.ts";

/** A file, or one array of an archive, that data or weights are read from. */
export interface DataFile {
  /** Relative to the model file. */
  readonly path: string;
  /** Name of an array in an `.npz` archive. */
  readonly member?: string;
}

/** How messages call a file: `d.npz:x` for an array of an archive. */
export const nameOf = ({ path, member }: DataFile): string =>
  member === undefined ? path : `${path}:${member}`;

/**
 * Takes the content of a file piece by piece, from its beginning. A piece is written over once `push` has returned: whoever
 * wants to keep bytes copies them. Throws `DataError`.
 */
export interface Sink {
  push(bytes: Uint8Array): void;
  /** There is no more. Not called for a sink that is done. */
  end(): void;
  /** It needs no more, though there may be more. */
  readonly done?: boolean;
}

/** Asks for the content of a file, unpacked, to be pushed into a sink. */
export interface Pass {
  readonly file: DataFile;
  readonly sink: Sink;
  /** Which of how many passes over the whole file this is, from 0, for showing progress; absent: it stops at its beginning. */
  readonly turn?: { readonly index: number; readonly of: number };
}

/** Bytes of a file when unpacked. */
export interface ContentSize {
  readonly bytes: number;
  /** False: it is packed, and may turn out to have fewer. */
  readonly exact: boolean;
}

/**
 * Reads something out of files without knowing what a file is: yields one pass after the other, is told how large that file is
 * once the pass is through, and ends with what was read. Throws `DataError`.
 */
export type Reading<T> = Generator<Pass, T, ContentSize>;

/** Keeps the first bytes of a file, at most so many. */
export class Beginning implements Sink {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(most: number) {
    this.#bytes = new Uint8Array(most);
  }

  get done(): boolean {
    return this.#length === this.#bytes.length;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  push(bytes: Uint8Array): void {
    const part = bytes.subarray(0, this.#bytes.length - this.#length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  end(): void {
    // A file may be shorter.
  }
}

/** For what can only be wrong with a file that was written to between two passes over it. */
export const changed = (file: string): DataError =>
  new DataError(t`the file was changed while it was read: try again`, { file });
