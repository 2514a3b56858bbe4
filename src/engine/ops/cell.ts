import type { Kernels } from "../kernels/kernels.ts";
import type { Tensor } from "../tensor.ts";

/** Inputs: x[batch, steps, width], W_ih[gates·units, width], W_hh[gates·units, units], b_ih?, b_hh? (both or neither). */
export interface RecurrentAttrs {
  /** From the last time step to the first. */
  readonly reverse: boolean;
  /**
   * The state is detached after this many steps, after twice as many…, counted from where the recurrence begins:
   * backpropagation through time with k₁ = k₂ (Williams & Peng, 1990). 0: never.
   */
  readonly truncate: number;
  /** `Backward.time` is this op's to fill: one of a layer's ops. */
  readonly observed: boolean;
}

/** Places of one time step; rows of z are `ldz` apart, those of everything else `ld`. */
export interface Step {
  readonly rows: number;
  readonly units: number;
  readonly z: number;
  readonly ldz: number;
  readonly h: number;
  readonly side: number;
  /** The same of the step before; −1: there is none. */
  readonly hBefore: number;
  readonly sideBefore: number;
  readonly ld: number;
}

/** What a recurrence does with the gates' sums of one step. On the way back, their gradients take the place of the gates. */
export interface Cell {
  readonly gates: number;
  /** Numbers a unit and step to keep: the gates, and those at its `side`. None: the gate is h itself. */
  readonly keeps: readonly [] | readonly [gates: number, side: number];
  /** The last gate's sum over the state is kept apart, at the side. */
  readonly apart: boolean;
  /** What flows back beside the matrices, in `carry`[rows, units]. */
  readonly carries: "nothing" | "to the state" | "to the output";
  forward(k: Kernels, step: Step): void;
  backward(k: Kernels, step: Step, dh: number, carry: number): void;
}

/** Rows of W_hh, and where their products with h₋₁ are added: at a tensor with `ld` elements a time step. */
export interface Block {
  readonly first: number;
  readonly rows: number;
  readonly at: number;
  readonly ld: number;
}

/** x[batch, steps, width] → h[batch, steps, units]; `rows`: gates · units. */
export interface Sizes {
  readonly batch: number;
  readonly steps: number;
  readonly width: number;
  readonly units: number;
  readonly rows: number;
}

export function sizesOf([x, W_ih, W_hh]: readonly Tensor[]): Sizes {
  const [batch, steps, width] = x.shape;
  return { batch, steps, width, units: W_hh.shape[1], rows: W_ih.shape[0] };
}

export function blocksOf(
  { apart }: Cell,
  { units, rows }: Sizes,
  z: number,
  side: number,
): readonly [Block, ...Block[]] {
  const shared = apart ? rows - units : rows;
  const first = { first: 0, rows: shared, at: z, ld: rows };
  return apart ? [first, { first: shared, rows: units, at: side, ld: units }] : [first];
}

/** Time steps in the order in which they are taken, each with the one before it; −1: there is none. */
export const orderOf = (steps: number, reverse: boolean): readonly (readonly [t: number, before: number])[] =>
  Array.from({ length: steps }, (_, i) => (reverse ? [steps - 1 - i, i === 0 ? -1 : steps - i] : [i, i - 1]));

export function stepAt(
  { batch, steps, units, rows }: Sizes,
  t: number,
  before: number,
  z: number,
  h: number,
  side: number,
): Step {
  return {
    rows: batch,
    units,
    z: z + t * rows,
    ldz: steps * rows,
    h: h + t * units,
    side: side + t * units,
    hBefore: before < 0 ? -1 : h + before * units,
    sideBefore: before < 0 ? -1 : side + before * units,
    ld: steps * units,
  };
}
