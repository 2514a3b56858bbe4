/** Milliseconds of computing before more is prepared: what is over sooner is not worth a compiler's work or a thread's start. */
const WARM_UP_MS = 50;

/** Times what runs until it has computed for so long that it pays to prepare more. */
export class WarmUp {
  readonly #now: () => number;
  #spent = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get isOver(): boolean {
    return this.#spent > WARM_UP_MS;
  }

  run(runner: () => void): void {
    const started = this.#now();
    runner();
    this.#spent += this.#now() - started;
  }
}
