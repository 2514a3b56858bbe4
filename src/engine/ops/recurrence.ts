import type { Kernels } from "../kernels/kernels.ts";
import type { Tensor } from "../tensor.ts";
import {
  type Block,
  blocksOf,
  type Cell,
  orderOf,
  type RecurrentAttrs,
  type Sizes,
  sizesOf,
  stepAt,
} from "./cell.ts";
import type { Backward, Forward } from "./op.ts";

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

// dh from the output, and from the step after it: dz₊₁·W_hh and what the cell carries; then dz from dh, in place of the gates
export function backward(cell: Cell, k: Kernels, call: Backward<RecurrentAttrs>): void {
  const { inputs, out, saved, dOut, time, attrs, scratch } = call;
  const n = sizesOf(inputs);
  const { batch, steps, units, rows } = n;
  const [z = scratch(batch * steps * rows), side = -1] = saved;
  const blocks = blocksOf(cell, n, z, side);
  const dh = scratch(batch * units);
  const carry = cell.carries === "nothing" ? -1 : scratch(batch * units);
  const order = orderOf(steps, attrs.reverse);
  for (let i = steps - 1; i >= 0; i--) {
    const [t, before] = order[i];
    const cut = i + 1 === steps || (attrs.truncate > 0 && (i + 1) % attrs.truncate === 0);
    k.copyRows(batch, units, dOut.at + t * units, steps * units, dh, units);
    if (!cut) flowBack(cell, k, n, blocks, order[i + 1][0], inputs[2], dh, carry);
    else if (cell.carries === "to the state") k.fill(batch * units, carry, 0);
    if (time !== undefined && attrs.observed) k.sumSquares(batch * units, dh, time + t);
    cell.backward(k, stepAt(n, t, before, z, out.at, side), dh, carry);
  }
  gradients(k, call, blocks);
}

/** Adds to dh what comes back from the step after it, at time `after`. */
function flowBack(
  { carries }: Cell,
  k: Kernels,
  { batch, steps, units }: Sizes,
  blocks: readonly Block[],
  after: number,
  W_hh: Tensor,
  dh: number,
  carry: number,
): void {
  if (carries === "to the output") k.add(batch * units, dh, carry, dh);
  for (const { first, rows, at, ld } of blocks) {
    const W = W_hh.at + first * units;
    k.gemm(batch, units, rows, at + after * ld, steps * ld, 0, W, units, 0, dh, units, -1, 1);
  }
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
  for (const { first, rows, at, ld } of blocks) {
    if (db_hh) k.columnSums(all, rows, at, ld, db_hh.at + first, 0);
  }
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
