/** Runs on trial, of each way. */
const TRIALS = 15;

/** Runs after which both ways are tried again: other programs may have come to want the cores, or left them. */
const PERIOD = 1500;

/** How much faster the second way has to be. */
const GAIN = 0.97;

/** Does the same thing in one of two ways: the one that takes less time, judged by the median of its runs on trial. */
export class Pace {
  readonly #now: () => number;
  readonly #first = new Float64Array(TRIALS);
  readonly #second = new Float64Array(TRIALS);
  #runs = 0;
  #takesSecond = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  run(first: () => void, second: () => void): void {
    const at = this.#runs++ % PERIOD;
    if (at < TRIALS) this.#first[at] = this.#time(first);
    else if (at < 2 * TRIALS) this.#second[at - TRIALS] = this.#time(second);
    else if (this.#takesSecond) second();
    else first();
    if (at === 2 * TRIALS - 1) this.#takesSecond = median(this.#second) < GAIN * median(this.#first);
  }

  #time(way: () => void): number {
    const started = this.#now();
    way();
    return this.#now() - started;
  }
}

/** Sorts what it is given. */
const median = (times: Float64Array): number => times.sort()[times.length >> 1];
