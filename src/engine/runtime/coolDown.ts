/** Milliseconds after which what did not pay is tried again at first, and, twice as long each time, at last. */
const SHORTEST_MS = 1000;
const LONGEST_MS = 10_000;

/** Questions between two looks at the clock. */
const ASKED_PER_LOOK = 64;

/** The time in which nothing is tried again: other programs may leave the cores soon, or stay. */
export class CoolDown {
  readonly #now: () => number;
  #since = Infinity;
  #length = 0;
  #asked = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  begin(): void {
    this.#since = this.#now();
    this.#length = Math.min(Math.max(2 * this.#length, SHORTEST_MS), LONGEST_MS);
  }

  /** It did pay: the next time is a short one. */
  forget(): void {
    this.#length = 0;
  }

  /** To be asked often: it looks at the clock seldom. */
  isOver(): boolean {
    return ++this.#asked % ASKED_PER_LOOK === 0 && this.#now() - this.#since >= this.#length;
  }
}
