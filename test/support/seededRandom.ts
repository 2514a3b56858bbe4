import { lehmer } from "./random.ts";

/** Draws that are the same on every run. */
export class SeededRandom {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = lehmer(seed);
    for (let i = 0; i < 10; i++) this.#next();
  }

  /** From `from` up to and with `to`. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1));
  }

  /** Two significant digits, so that files can be read. */
  number(from: number, to: number): number {
    return Number((from + this.#next() * (to - from)).toPrecision(2));
  }

  chance(p: number): boolean {
    return this.#next() < p;
  }

  pick<T>(options: readonly T[]): T {
    return options[this.integer(0, options.length - 1)];
  }

  /** One of the options, those with the least weight most often. */
  rarest<T>(options: readonly T[], drawn: (option: T) => number): T {
    const shares = options.map((option) => 1 / (0.1 + drawn(option)) ** 2);
    let left = this.#next() * shares.reduce((sum, share) => sum + share, 0);
    return options.find((_, i) => (left -= shares[i]) <= 0) ?? options[options.length - 1];
  }
}
