/** Runs on trial, of each way. */
const TRIALS = 6;

/** Runs after which both ways are tried again: other programs may have come to want the cores, or left them. */
const PERIOD = 1500;

/** How much faster the second way has to be. */
const GAIN = 0.97;

/** Does the same thing in one of two ways: the one that has taken less time. Each trial is judged by its fastest run. */
export class Pace {
  readonly #now: () => number;
  #runs = 0;
  #first = Infinity;
  #second = Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  run(first: () => void, second: () => void): void {
    const at = this.#runs++ % PERIOD;
    if (at === 0) this.#first = this.#second = Infinity;
    if (at < TRIALS) this.#first = Math.min(this.#first, this.#time(first));
    else if (at < 2 * TRIALS) this.#second = Math.min(this.#second, this.#time(second));
    else if (this.#second < GAIN * this.#first) second();
    else first();
  }

  #time(way: () => void): number {
    const started = this.#now();
    way();
    return this.#now() - started;
  }
}
