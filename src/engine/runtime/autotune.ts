/** Runs, of all tasks together, of one variant before they are timed: first ones find caches that the other has filled. */
const SETTLING = 8;

/** Runs that are timed then. */
const TIMED = 8;

const RUNS = SETTLING + TIMED;

/** So often in a measurement: one variant and then the other, since other programs come to the cores and leave them meanwhile. */
const ROUNDS = 4;

/** Runs of a measurement. */
const MEASURED = 2 * ROUNDS * RUNS;

/** Runs after which both variants are measured again: other programs may have come to want the cores, or left them. */
const PERIOD = 4000;

/** How much faster the second variant has to be. */
const GAIN = 0.97;

/** Runs a task in the first or the second of two variants. */
type Choose = (first: () => void, second: () => void) => void;

/** Milliseconds of a task's timed runs. */
interface Times {
  readonly first: number[];
  readonly second: number[];
}

/**
 * Does the tasks of a cycle in one of two variants, all in the same: the one that takes less time. How long a task takes depends
 * on how the one before was done, since that decides whose cache holds the data.
 */
export class Autotuner {
  readonly #now: () => number;
  readonly #decided: (takesSecond: boolean) => void;
  readonly #times: Times[] = [];
  #runs = 0;
  #takesSecond = false;

  /** `decided` hears the outcome whenever both variants have been measured. */
  constructor(now: () => number, decided: (takesSecond: boolean) => void = () => undefined) {
    this.#now = now;
    this.#decided = decided;
  }

  /** Measures both variants again. */
  restart(): void {
    this.#runs = 0;
    for (const times of this.#times) times.first.length = times.second.length = 0;
  }

  /** One more task of the cycle. */
  task(): Choose {
    const times: Times = { first: [], second: [] };
    this.#times.push(times);
    return (first, second) => {
      const at = this.#runs++ % PERIOD;
      if (at >= MEASURED) {
        (this.#takesSecond ? second : first)();
        return;
      }
      const [variant, list] = at % (2 * RUNS) < RUNS ? [first, times.first] : [second, times.second];
      if (at % RUNS < SETTLING) variant();
      else this.#time(variant, list);
      if (at === MEASURED - 1) this.#decide();
    };
  }

  #time(variant: () => void, times: number[]): void {
    const started = this.#now();
    variant();
    times.push(this.#now() - started);
  }

  /** By the medians of the tasks that have been timed in both variants, as often as each comes. */
  #decide(): void {
    let [first, second] = [0, 0];
    for (const times of this.#times) {
      const often = times.first.length;
      if (often > 0 && times.second.length > 0) {
        first += often * median(times.first);
        second += often * median(times.second);
      }
      times.first.length = times.second.length = 0;
    }
    this.#takesSecond = second < GAIN * first;
    this.#decided(this.#takesSecond);
  }
}

/** Sorts what it is given. */
const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1];
