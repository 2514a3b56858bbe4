import { LIMITS } from "../model/limits.ts";
import { grouped } from "../model/names.ts";

/** What a number on the command line may be. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** What options may be: as much as the fields of a model file that they stand for. */
export const RANGES = {
  steps: { min: 1, max: LIMITS.steps },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER },
  threads: { min: 1, max: Number.MAX_SAFE_INTEGER },
} as const;

/** The integer that a text of digits is; else what was expected, as a sentence. */
export function readInteger(text: string, { min, max }: Bounds): number | string {
  const n = /^\d+$/.test(text) ? Number(text) : NaN;
  if (n >= min && n <= max) return n;
  return max === Number.MAX_SAFE_INTEGER
    ? `expected an integer of at least ${grouped(min)}.`
    : `expected an integer from ${grouped(min)} to ${grouped(max)}.`;
}
