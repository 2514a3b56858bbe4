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
