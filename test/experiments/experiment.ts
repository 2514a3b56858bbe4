import type { Criterion } from "./criterion.ts";
import { list } from "./figures.ts";

/** One row of `docs/experiments.md`. */
export interface Experiment {
  readonly name: string;
  /** What PyTorch gave. */
  readonly expected: string;
  readonly agrees: Criterion;
  /** Empty where nothing is random. */
  readonly seeds: readonly number[];
  /** One figure for each seed, or the one that there is. */
  measure(): Promise<Measured>;
}

export interface Measured {
  readonly figures: readonly number[];
  /** The figures as the page shows them. */
  readonly text: string;
  /** What computed. */
  readonly engine: string;
}

/** Enough to see what is chance. */
export const SEEDS: readonly number[] = [0, 1, 2];

/** Where chance throws single runs back: enough to see how many. */
export const MORE_SEEDS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** An experiment that gives one figure for each seed. */
export const seeded = (
  row: Pick<Experiment, "name" | "expected" | "agrees">,
  engine: string,
  figureOf: (seed: number) => number | Promise<number>,
): Experiment => ({
  ...row,
  seeds: SEEDS,
  async measure() {
    const figures: number[] = [];
    for (const seed of SEEDS) figures.push(await figureOf(seed));
    return { figures, text: list(figures), engine };
  },
});
