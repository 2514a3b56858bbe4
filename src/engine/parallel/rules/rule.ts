import type { KernelName } from "../../kernels/kernels.ts";
import { reads, type Touch, writes } from "../touches.ts";

/** What a kernel is called with. */
export type Args = readonly number[];

/**
 * How calls of a kernel may run beside each other. A kernel without a rule is one for which everything else waits, and so is
 * one that draws random numbers.
 */
export interface Rule {
  /** All that a call reads and writes. */
  touches(args: Args): readonly Touch[];
  /** A call may be taken apart into so many units, whose results do not depend on how; absent: it is made whole, by any thread. */
  readonly units?: (args: Args) => number;
  /** The call that does the units from `from` up to, not including, `to`. */
  readonly part?: (args: Args, from: number, to: number) => Args;
}

/** Rules of some kernels, one row each. */
export type Rules<Names extends KernelName> = Readonly<Partial<Record<Names, Rule>>>;

/** The arguments with some moved by so much for each unit, and the number of units at `count`. */
export const moved =
  (count: number, steps: (args: Args) => Readonly<Record<number, number>>) =>
  (args: Args, from: number, to: number): Args => {
    const step = steps(args);
    return args.map((value, i) => {
      if (i === count) return to - from;
      const by = step[i];
      return by === undefined || value < 0 ? value : value + from * by;
    });
  };

/** n elements at the places that follow argument `count`, read first and then written. */
export function elements(count: number, read: readonly number[], written: readonly number[]): Rule {
  const steps = Object.fromEntries([...read, ...written].map((i) => [i, 1]));
  return {
    touches: (args) => [
      ...read.flatMap((i) => reads(args[i], args[count])),
      ...written.flatMap((i) => writes(args[i], args[count])),
    ],
    units: (args) => args[count],
    part: moved(count, () => steps),
  };
}

/** Columns, or channels, that kernels add up together. */
export const STRIP = 16;
