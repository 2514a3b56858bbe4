import type { Floats } from "../tensor.ts";

/**
 * What kernels work on. Every tensor of a model is a range of `floats` (f32 in a run, f64 where the arithmetic itself
 * is checked); sums, statistics and the figures that change from step to step are elements of `doubles`.
 */
export interface Memory {
  readonly floats: Floats;
  readonly doubles: Float64Array;
}

/** A source of numbers uniform on [0, 1), for dropout. */
export type Random = () => number;

/** The largest number of single precision. */
const MOST_F32 = (2 - 2 ** -23) * 2 ** 127;

/**
 * Gives numbers as they are, but ±∞ for those that elements of `floats` do not hold. Kernels compute in double precision, in
 * which they would stay finite where PyTorch's floats overflow.
 */
export const rangeOf = (floats: Floats): ((x: number) => number) =>
  floats instanceof Float32Array ? (x) => (Math.abs(x) <= MOST_F32 ? x : Math.fround(x)) : (x) => x;
