import { placeOf } from "./buckets.ts";

/** What belongs to a step. */
interface OfStep {
  readonly step: number;
}

/**
 * Of every `stride` steps the first thing that there was, oldest first. Which ones these are depends on the steps and the stride
 * alone, so that every copy has the same.
 */
export interface Thinned<T extends OfStep> {
  readonly stride: number;
  readonly kept: readonly T[];
}

export const NOTHING_KEPT: Thinned<never> = { stride: 1, kept: [] };

/** The first of every `stride` steps among these, which are in order. */
export const thinned = <T extends OfStep>(things: readonly T[], stride: number): Thinned<T> => ({
  stride,
  kept: things.filter(
    ({ step }, i) => i === 0 || placeOf(step, stride) > placeOf(things[i - 1]?.step ?? 0, stride),
  ),
});

/** One that is being filled: as soon as it has more than `capacity` things, the stride doubles. */
export class Thinning<T extends OfStep> {
  readonly #capacity: number;
  #all: Thinned<T> = NOTHING_KEPT;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  thinned(): Thinned<T> {
    return this.#all;
  }

  /** Adds what belongs to a step later than all before, if it is to be kept. */
  push(step: number, make: () => T): void {
    const { stride, kept } = this.#all;
    const last = kept.at(-1);
    if (last && placeOf(last.step, stride) === placeOf(step, stride)) return;
    let next: Thinned<T> = { stride, kept: [...kept, make()] };
    while (next.kept.length > this.#capacity) next = thinned(next.kept, 2 * next.stride);
    this.#all = next;
  }
}
