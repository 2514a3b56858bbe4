/** Where the sums behind one row of a frame are found in `Memory.doubles`; −1: the row has no such figure. */
export interface RowSums {
  /** Elements of the row's output, and units of it. */
  readonly outputs: number;
  readonly units: number;
  act: number;
  dead: number;
  saturated: number;
  /** ‖∂L/∂y‖² and ‖Jᵀ·∂L/∂y‖². */
  delta: number;
  entry: number;
  /** `entry` is computed with the histograms. */
  rareEntry: boolean;
  readonly parameters: number;
  grad: number;
  hist: number;
  /** Σθ² as the step begins, which the step before has left. */
  weight: number;
  /** The sums of `UPDATE`. */
  update: number;
  /** ‖∂L/∂h_t‖² of each time step, of a recurrent layer. */
  readonly times: number[];
}
