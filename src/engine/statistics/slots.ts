/** Gives out elements of `Memory.doubles`, each for one figure of a step. */
export class Slots {
  #end: number;

  constructor(start: number) {
    this.#end = start;
  }

  get end(): number {
    return this.#end;
  }

  alloc(n: number): number {
    const first = this.#end;
    this.#end += n;
    return first;
  }
}
