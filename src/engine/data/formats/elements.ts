import { sizeOf } from "../../tensor.ts";
import type { Sink } from "../reading.ts";
import { type ArrayFile, checkBytes } from "./ndarray.ts";

/** Is given whole elements, in the order of the file: `count` of them from the view's beginning on. */
export type Take = (view: DataView, count: number) => void;

/** Cuts bytes into whole elements of `size` bytes. */
export class Aligned {
  readonly #size: number;
  readonly #take: Take;
  /** The beginning of an element that a piece has not ended. */
  readonly #begun: Uint8Array;
  #held = 0;

  constructor(size: number, take: Take) {
    this.#size = size;
    this.#take = take;
    this.#begun = new Uint8Array(size);
  }

  push(bytes: Uint8Array): void {
    const size = this.#size;
    let at = 0;
    if (this.#held > 0) {
      const part = bytes.subarray(0, size - this.#held);
      this.#begun.set(part, this.#held);
      this.#held += part.length;
      at = part.length;
      if (this.#held < size) return;
      this.#take(new DataView(this.#begun.buffer), 1);
      this.#held = 0;
    }
    const count = Math.floor((bytes.length - at) / size);
    if (count > 0) this.#take(new DataView(bytes.buffer, bytes.byteOffset + at, count * size), count);
    const rest = bytes.subarray(at + count * size);
    this.#begun.set(rest);
    this.#held = rest.length;
  }
}

/** Reads the elements of an array, behind its header. Throws where there are more or less of them than it promises. */
export class Elements implements Sink {
  readonly #array: ArrayFile;
  readonly #aligned: Aligned;
  readonly #promised: number;
  /** Bytes of the file that have been pushed. */
  #length = 0;

  constructor(array: ArrayFile, take: Take) {
    this.#array = array;
    this.#aligned = new Aligned(array.type.size, take);
    this.#promised = array.offset + sizeOf(array.shape) * array.type.size;
  }

  push(bytes: Uint8Array): void {
    const from = Math.max(this.#array.offset - this.#length, 0);
    const to = this.#promised - this.#length;
    this.#length += bytes.length;
    if (from < bytes.length && to > from) this.#aligned.push(bytes.subarray(from, to));
  }

  end(): void {
    checkBytes(this.#array.name, this.#array, this.#length - this.#array.offset);
  }
}
