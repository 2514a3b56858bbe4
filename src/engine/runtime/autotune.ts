/** Runs, of all tasks together, in one way before they are timed: first ones find caches that the other way has filled. */
const SETTLING = 16;

/** Runs that are timed then. */
const TRIALS = 24;

/** Runs after which both ways are tried again: other programs may have come to want the cores, or left them. */
const PERIOD = 4000;

/** How much faster the second way has to be. */
const GAIN = 0.97;

/** Runs a task in the first or the second of two ways. */
type Choose = (first: () => void, second: () => void) => void;

/** Milliseconds of a task's runs on trial. */
interface Times {
  readonly first: number[];
  readonly second: number[];
}

/**
 * Does the tasks of a cycle in one of two ways, all in the same: the one that takes less time. How long a task takes depends
 * on how the one before was done, since that decides whose cache holds the data.
 */
export class Pace {
  readonly #now: () => number;
  readonly #judged: (takesSecond: boolean) => void;
  readonly #times: Times[] = [];
  #runs = 0;
  #takesSecond = false;

  /** `judged` is told the outcome whenever both ways have been tried. */
  constructor(now: () => number, judged: (takesSecond: boolean) => void = () => undefined) {
    this.#now = now;
    this.#judged = judged;
  }

  /** Tries both ways again. */
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
      const [way, trial] = [Math.floor(at / (SETTLING + TRIALS)), at % (SETTLING + TRIALS)];
      if (way > 1) (this.#takesSecond ? second : first)();
      else if (trial < SETTLING) (way === 0 ? first : second)();
      else this.#time(way === 0 ? first : second, way === 0 ? times.first : times.second);
      if (at === 2 * (SETTLING + TRIALS) - 1) this.#judge();
    };
  }

  #time(way: () => void, times: number[]): void {
    const started = this.#now();
    way();
    times.push(this.#now() - started);
  }

  /** By the medians of the tasks that have been timed in both ways, as often as each comes. */
  #judge(): void {
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
    this.#judged(this.#takesSecond);
  }
}

/** Sorts what it is given. */
const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1];
