import { align } from "./align.ts";

interface Gap {
  at: number;
  size: number;
}

/**
 * Gives out ranges of memory while a plan is made, and takes them back when the last call that needs them has been
 * recorded. First fit over a sorted list of gaps; neighbours are joined.
 */
export class ArenaAllocator {
  readonly #gaps: Gap[] = [];
  #end: number;

  constructor(start: number) {
    this.#end = align(start);
  }

  /** The greatest extent so far. */
  get end(): number {
    return this.#end;
  }

  alloc(elements: number): number {
    const size = align(Math.max(elements, 1));
    const index = this.#gaps.findIndex((gap) => gap.size >= size);
    if (index < 0) return this.#extend(size);
    const gap = this.#gaps[index];
    const at = gap.at;
    gap.at += size;
    gap.size -= size;
    if (gap.size === 0) this.#gaps.splice(index, 1);
    return at;
  }

  free(at: number, elements: number): void {
    const size = align(Math.max(elements, 1));
    let index = this.#gaps.findIndex((gap) => gap.at > at);
    if (index < 0) index = this.#gaps.length;
    this.#gaps.splice(index, 0, { at, size });
    this.#join(index);
    if (index > 0) this.#join(index - 1);
  }

  /** Grows at the end, over a gap that reaches it. */
  #extend(size: number): number {
    const last = this.#gaps.at(-1);
    const at = last && last.at + last.size === this.#end ? last.at : this.#end;
    if (last && at === last.at) this.#gaps.pop();
    this.#end = at + size;
    return at;
  }

  #join(index: number): void {
    const gap = this.#gaps[index];
    const next = this.#gaps[index + 1];
    if (next && gap.at + gap.size === next.at) {
      gap.size += next.size;
      this.#gaps.splice(index + 1, 1);
    }
  }
}
