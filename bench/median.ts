/** The upper of the two in the middle; NaN of none. */
export const median = (values: readonly number[]): number =>
  values.length === 0 ? NaN : values.toSorted((a, b) => a - b)[values.length >> 1];
