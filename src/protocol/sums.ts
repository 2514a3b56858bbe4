/** The figures of all elements of a tensor, in the order in which one kernel writes them. */
export const MOMENTS = ["sum", "squares", "zeros", "nonfinite"] as const;

/** Those of a gradient. */
export const SUMMARY = [...MOMENTS, "min", "max"] as const;

/** Those of an update: Σ(θ_after − θ_before)², and Σθ² after it. */
export const UPDATE = ["moved", "squares"] as const;
