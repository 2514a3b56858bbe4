import type { Kernels } from "../kernels/kernels.ts";
import type { Tensor } from "../tensor.ts";
import type { Backward, Forward } from "./op.ts";

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
interface Block {
  readonly first: number;
  readonly rows: number;
  readonly at: number;
  readonly ld: number;
}

interface Sizes {
  readonly batch: number;
  readonly steps: number;
  readonly width: number;
  readonly units: number;
  readonly rows: number;
}

function sizesOf([x, W_ih, W_hh]: readonly Tensor[]): Sizes {
  const [batch, steps, width] = x.shape;
  return { batch, steps, width, units: W_hh.shape[1], rows: W_ih.shape[0] };
}

function blocksOf(
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
const orderOf = (steps: number, reverse: boolean): readonly (readonly [t: number, before: number])[] =>
  Array.from({ length: steps }, (_, i) => (reverse ? [steps - 1 - i, i === 0 ? -1 : steps - i] : [i, i - 1]));

function stepAt(
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

/** One product for the inputs of all steps, then one a step for the state, each followed by the cell. */
export function forward(cell: Cell, k: Kernels, call: Forward<RecurrentAttrs>): void {
  const { inputs, out, saved, attrs } = call;
  const n = sizesOf(inputs);
  const { batch, steps, width, units, rows } = n;
  const [x, W_ih, W_hh] = inputs;
  const [z = out.at, side = -1] = saved;
  const blocks = blocksOf(cell, n, z, side);
  k.gemm(
    batch * steps,
    rows,
    width,
    x.at,
    width,
    0,
    W_ih.at,
    width,
    1,
    z,
    rows,
    addBiases(k, call, blocks),
    0,
  );
  for (const [t, before] of orderOf(steps, attrs.reverse)) {
    const step = stepAt(n, t, before, z, out.at, side);
    for (const { first, rows, at, ld } of before < 0 ? [] : blocks) {
      const W = W_hh.at + first * units;
      k.gemm(batch, rows, units, step.hBefore, step.ld, 0, W, units, 1, at + t * ld, steps * ld, -1, 1);
    }
    cell.forward(k, step);
  }
}

/** Place of what is added to the sums over the input: b_ih + b_hh, but where these are kept apart. −1: nothing. */
function addBiases(
  k: Kernels,
  { inputs, scratch }: Forward<RecurrentAttrs>,
  blocks: readonly [Block, ...Block[]],
): number {
  const { batch, steps, rows } = sizesOf(inputs);
  const [shared, ...apart] = blocks;
  const [, , , b_ih, b_hh] = inputs as readonly (Tensor | undefined)[];
  for (const block of apart) {
    if (b_hh) k.copyRows(batch * steps, block.rows, b_hh.at + block.first, 0, block.at, block.ld);
    else k.fill(batch * steps * block.rows, block.at, 0);
  }
  if (!b_ih || !b_hh) return -1;
  const sum = scratch(rows);
  k.add(shared.rows, b_ih.at, b_hh.at, sum);
  for (const { first, rows } of apart) k.copyRows(1, rows, b_ih.at + first, rows, sum + first, rows);
  return sum;
}

// dh = dh_out + Σ dz₊₁·W_hh + what the cell carries; then dz from dh, in place of the gates
export function backward(cell: Cell, k: Kernels, call: Backward<RecurrentAttrs>): void {
  const { inputs, out, saved, dOut, time, attrs, scratch } = call;
  const n = sizesOf(inputs);
  const { batch, steps, units, rows } = n;
  const W_hh = inputs[2];
  const [z = scratch(batch * steps * rows), side = -1] = saved;
  const blocks = blocksOf(cell, n, z, side);
  const dh = scratch(batch * units);
  const carry = cell.carries === "nothing" ? -1 : scratch(batch * units);
  const order = orderOf(steps, attrs.reverse);
  for (let i = steps - 1; i >= 0; i--) {
    const [t, before] = order[i];
    const step = stepAt(n, t, before, z, out.at, side);
    k.copyRows(batch, units, dOut.at + t * units, step.ld, dh, units);
    const flows = i + 1 < steps && (attrs.truncate === 0 || (i + 1) % attrs.truncate !== 0);
    if (flows && cell.carries === "to the output") k.add(batch * units, dh, carry, dh);
    if (!flows && cell.carries === "to the state") k.fill(batch * units, carry, 0);
    for (const { first, rows, at, ld } of flows ? blocks : []) {
      const dz = at + order[i + 1][0] * ld;
      k.gemm(batch, units, rows, dz, steps * ld, 0, W_hh.at + first * units, units, 0, dh, units, -1, 1);
    }
    if (time !== undefined && attrs.observed) k.sumSquares(batch * units, dh, time + t);
    cell.backward(k, step, dh, carry);
  }
  gradients(k, call, blocks);
}

// dx = dz·W_ih    dW_ih = dzᵀ·x    db = Σ dz over samples and steps, each of all steps at once
function gradients(k: Kernels, call: Backward<RecurrentAttrs>, blocks: readonly [Block, ...Block[]]): void {
  const { inputs, dInputs } = call;
  const { batch, steps, width, rows } = sizesOf(inputs);
  const [x, W_ih] = inputs;
  const [dx, dW_ih, dW_hh, db_ih, db_hh] = dInputs;
  const all = batch * steps;
  const dz = blocks[0].at;
  if (db_ih) k.columnSums(all, rows, dz, rows, db_ih.at, 0);
  for (const { first, rows, at, ld } of db_hh ? blocks : [])
    k.columnSums(all, rows, at, ld, db_hh.at + first, 0);
  if (dW_ih) k.gemm(rows, width, all, dz, rows, 1, x.at, width, 0, dW_ih.at, width, -1, 0);
  if (dx) k.gemm(all, width, rows, dz, rows, 0, W_ih.at, width, 0, dx.at, width, -1, 0);
  if (dW_hh) stateGradient(k, call, blocks, dW_hh);
}

/**
 * dW_hh = Σ dz_tᵀ·h_{t−1} as one product: the rows of all samples follow each other, so that dz and h shifted by one
 * row belong together, but for the first step of a sample, whose dz becomes 0. Comes last.
 */
function stateGradient(
  k: Kernels,
  { inputs, out, attrs: { reverse }, scratch }: Backward<RecurrentAttrs>,
  blocks: readonly Block[],
  dW_hh: Tensor,
): void {
  const { batch, steps, units, rows } = sizesOf(inputs);
  const zeros = scratch(rows);
  k.fill(rows, zeros, 0);
  const begin = reverse ? steps - 1 : 0;
  const [later, earlier] = reverse ? [0, 1] : [1, 0];
  for (const { first, rows, at, ld } of blocks) {
    const dW = dW_hh.at + first * units;
    if (steps === 1) {
      k.fill(rows * units, dW, 0);
      continue;
    }
    k.copyRows(batch, rows, zeros, 0, at + begin * ld, steps * ld);
    const h = out.at + earlier * units;
    k.gemm(rows, units, batch * steps - 1, at + later * ld, ld, 1, h, units, 0, dW, units, -1, 0);
  }
}
