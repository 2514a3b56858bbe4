/** Where a sum, or the first of several, is found in `Memory.doubles`. */
export type Slot = number;

/** Where the sums behind one row of a frame are found; `undefined`: the layer has no such figure, or it was not asked for. */
export interface LayerSums {
  /** Elements of the layer's output, and units of it. */
  readonly outputSize: number;
  readonly units: number;
  /** The sums of `MOMENTS` over the output. */
  readonly output: Slot | undefined;
  /** Σ(y − mean over the batch)², at the steps that are sampled, and the samples of the batch. Not computed of one. */
  readonly spread: Slot | undefined;
  readonly samples: number;
  readonly deadUnits: Slot | undefined;
  readonly saturated: Slot | undefined;
  /** ‖∂L/∂y‖² */
  readonly outputGradient: Slot | undefined;
  readonly inputGradient: InputGradient | undefined;
  readonly parameters: ParameterSums | undefined;
  /** ‖∂L/∂h_t‖² of each time step of a recurrent layer; none of any other. */
  readonly times: readonly (Slot | undefined)[];
  /** Those of `OWN_SUMS`, by their kernels. */
  readonly own: ReadonlyMap<string, Slot>;
}

export interface InputGradient {
  /** ‖Jᵀ·∂L/∂y‖² */
  readonly squares: Slot;
  /** Computed at some steps only, with the histograms. */
  readonly sampled: boolean;
}

/** The sums over all parameters of a layer, and over their gradients. */
export interface ParameterSums {
  /** Elements of the parameters. */
  readonly size: number;
  /** Σθ² as the step begins, which the step before has left. */
  readonly squares: Slot;
  /** The sums of `UPDATE`. */
  readonly update: Slot;
  /** The sums of `SUMMARY` over the gradient. */
  readonly gradient: Slot | undefined;
  readonly histogram: Slot | undefined;
}
