import { align } from "../compile/align.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Shape } from "../tensor.ts";

/** Inputs: x[batch, steps, width], W_ih[gates·units, width], W_hh[gates·units, units], b_ih?, b_hh? (both or neither). */
export interface RecurrentAttrs {
  /** From the last time step to the first. */
  readonly reverse: boolean;
  /**
   * The state is detached after this many steps, after twice as many…, counted from where the recurrence begins:
   * backpropagation through time with k₁ = k₂ (Williams & Peng, 1990). 0: never.
   */
  readonly truncate: number;
  /** Of h only that at the last time step is asked for, which a recurrence in `reverse` takes first. */
  readonly last: boolean;
  /** `Backward.time` is this op's to fill: one of a layer's ops. */
  readonly instrumented: boolean;
}

/** Places of one time step for all samples: rows of z are `ldz` apart, those of h `ldh`, those of c `units`. */
export interface Step {
  readonly rows: number;
  readonly units: number;
  readonly z: number;
  readonly ldz: number;
  readonly h: number;
  readonly hBefore: number;
  readonly ldh: number;
  readonly c: number;
  /** −1: there is no step before. */
  readonly cBefore: number;
}

/** Some of a step's sums: what they are taken over, the rows of the weights, and their first column in z. */
export interface Block {
  readonly over: "state" | "input" | "both";
  /** In gates, each as wide as the units. */
  readonly first: number;
  readonly gates: number;
  readonly column: number;
}

/** What a recurrence does with the sums of one step. In the backward pass, their gradients take the place of the gates. */
export interface Cell {
  /** In the matrices. */
  readonly gates: number;
  /** In z: those over the state and those over the input may be apart. 0: the one gate is h itself, and z its gradient alone. */
  readonly columns: number;
  readonly blocks: readonly Block[];
  /** The cell has a state c beside h. */
  readonly stateful: boolean;
  /** What flows back beside the matrices, in `carry`[rows, units]. */
  readonly carries: "nothing" | "to the state" | "to the output";
  forward(k: Kernels, step: Step): void;
  backward(k: Kernels, step: Step, dh: number, carry: number): void;
}

/**
 * x[batch, steps, width] → h[batch, steps, units], or the `last`, h[batch, units]. Inside, steps come first, so that each lies in one piece, and in the
 * order in which they are taken: `depth` numbers [h₋₁ | x | 1] a sample, in rows that are `ld` apart, and as many rows
 * more for the last h.
 */
export interface Sizes {
  readonly batch: number;
  readonly steps: number;
  readonly width: number;
  readonly units: number;
  readonly depth: number;
  readonly ld: number;
}

export function sizesOf(x: Shape, W_hh: Shape): Sizes {
  const [batch, steps, width] = x;
  const units = W_hh[1];
  const depth = units + width + 1;
  return { batch, steps, width, units, depth, ld: align(depth) };
}

/** Elements of what is kept for the backward pass: [h₋₁ | x | 1] of all steps, z, c. */
export const keptSizes = (
  { columns, stateful }: Cell,
  { batch, steps, units, ld }: Sizes,
): readonly number[] => [
  (steps + 1) * batch * ld,
  ...(columns ? [steps * batch * columns * units] : []),
  ...(stateful ? [steps * batch * units] : []),
];

/** The time of the i-th step that is taken. */
export const timeOf = (i: number, { steps }: Sizes, reverse: boolean): number =>
  reverse ? steps - 1 - i : i;
