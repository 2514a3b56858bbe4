import { show } from "./figures.ts";

/** When an outcome agrees with what was expected. */
export interface Criterion {
  /** Completes "agrees if …". */
  readonly text: string;
  holds(figures: readonly number[]): boolean;
}

export const each = (text: string, holds: (figure: number) => boolean): Criterion => ({
  text: `each is ${text}`,
  holds: (figures) => figures.every(holds),
});

export const near = (expected: number, distance: number): Criterion =>
  each(`within ${show(distance)} of ${show(expected)}`, (x) => Math.abs(x - expected) <= distance);

export const withinFactor = (factor: number, expected: number): Criterion =>
  each(
    `within a factor of ${factor} of ${show(expected)}`,
    (x) => x >= expected / factor && x <= expected * factor,
  );

export const between = (least: number, most: number): Criterion =>
  each(`between ${show(least)} and ${show(most)}`, (x) => x >= least && x <= most);

export const below = (bound: number): Criterion => each(`below ${show(bound)}`, (x) => x < bound);

export const above = (bound: number): Criterion => each(`above ${show(bound)}`, (x) => x > bound);

/** Training on one of two balanced classes has learned nothing: the entropy of the classes, within the noise of the batches. */
export const atChance = (noise: number): Criterion => near(Number(Math.LN2.toFixed(4)), noise);
