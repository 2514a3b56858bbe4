/** Milliseconds after which what did not pay is tried again: other programs may have left the cores. */
const COOL_DOWN_MS = 10_000;

/** Questions between two looks at the clock. */
const ASKED_PER_LOOK = 64;

/** The time in which nothing is tried again. */
export class CoolDown {
  readonly #now: () => number;
  #since = Infinity;
  #asked = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  begin(): void {
    this.#since = this.#now();
  }

  /** To be asked often: it looks at the clock seldom. */
  isOver(): boolean {
    return ++this.#asked % ASKED_PER_LOOK === 0 && this.#now() - this.#since >= COOL_DOWN_MS;
  }
}
