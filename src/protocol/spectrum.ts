/** The part of a model that a spectrum is of: a layer or block by its path; empty: all of it. */
export type PartPath = string;

/**
 * Singular values of the Jacobian ∂(output)/∂(input) of a part of a model, at one sample and the weights of one step: by how much
 * it stretches a small change on its way forward, and a gradient on its way back.
 */
export interface Spectrum {
  readonly path: PartPath;
  /** Elements of the part's input and output. */
  readonly inputs: number;
  readonly outputs: number;
  /** Every one, the largest first; of a part that is too large, the largest alone. */
  readonly values: Float64Array;
  /** Bound of the relative error of a largest value that was found by iteration; absent: all values are exact but for rounding. */
  readonly error?: number;
  /** Steps that the weights had been trained for. */
  readonly step: number;
}

/** Up to so many elements on either side all singular values are computed. */
export const MOST_DIMENSIONS = 512;

/** The largest singular value : the least; ∞ where the least is 0, NaN where only the largest is known. */
export function conditionOf({ values, error }: Spectrum): number {
  return error === undefined ? (values[0] ?? NaN) / (values.at(-1) ?? NaN) : NaN;
}
