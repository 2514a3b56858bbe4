import { stepsPerSecond, type Reading } from "../text/run.ts";

/** It is read over this time. */
const WINDOW_MS = 1000;

/** How fast a run goes. */
export class Speed {
  #readings: Reading[] = [];

  /** It has come to this step. */
  at(step: number): void {
    const ms = performance.now();
    this.#readings.push({ step, ms });
    while (this.#readings.length > 2 && ms - (this.#readings[0]?.ms ?? ms) > WINDOW_MS)
      this.#readings.shift();
  }

  /** What was before says nothing about what follows. */
  forget(): void {
    this.#readings = [];
  }

  /** Steps a second; 0 where that is not known. */
  now(): number {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    return first && last ? stepsPerSecond(first, last) : 0;
  }
}
