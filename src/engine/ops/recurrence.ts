import type { Kernels } from "../kernels/kernels.ts";
import { packedSize } from "../kernels/matrix.ts";
import {
  type Block,
  type Cell,
  type RecurrentAttrs,
  type Sizes,
  sizesOf,
  type Step,
  timeOf,
} from "./cell.ts";
import type { Tensor } from "../tensor.ts";
import type { Backward, Forward } from "./op.ts";

type Call = Forward<RecurrentAttrs>;

/** Where what is kept lies. */
interface Kept {
  readonly state: number;
  readonly z: number;
  readonly c: number;
}

/** Each step is one product of [h₋₁ | x | 1] with the weights, packed once for all steps, and then the cell. */
export function forward(cell: Cell, k: Kernels, call: Call): void {
  const { inputs, out, saved, attrs } = call;
  const n = sizesOf(inputs[0].shape, inputs[2].shape);
  const { batch, steps, units, ld } = n;
  const kept = keptBy(cell, saved, 0);
  fillState(k, call, n, kept.state);
  const weights = cell.blocks.map((block) => packWeights(k, call, n, block));
  for (let i = 0; i < steps; i++) {
    const step = stepAt(cell, n, kept, i);
    cell.blocks.forEach((block, b) => {
      const { skip, depth } = spanOf(block, n);
      const [z, ldz] = cell.columns ? [step.z + block.column * units, step.ldz] : [step.h, ld];
      k.gemmPacked(
        batch,
        block.gates * units,
        depth,
        step.hBefore + skip,
        ld,
        weights[b],
        z,
        ldz,
        stateBias(call, n, block),
        0,
      );
    });
    cell.forward(k, step);
    const t = timeOf(i, n, attrs.reverse);
    if (!attrs.last) k.copyRows(batch, units, step.h, ld, out.at + t * units, steps * units);
    else if (t === steps - 1) k.copyRows(batch, units, step.h, ld, out.at, units);
  }
}

/** Puts x and the ones of all steps in their places, and zeros before the first. */
function fillState(k: Kernels, { inputs: [x], attrs, scratch }: Call, n: Sizes, state: number): void {
  const { batch, steps, width, units, ld } = n;
  const constants = scratch(units + 1);
  k.fill(units, constants, 0);
  k.fill(1, constants + units, 1);
  k.copyRows(batch, units, constants, 0, state, ld);
  k.copyRows(batch * steps, 1, constants + units, 0, state + units + width, ld);
  for (let i = 0; i < steps; i++) {
    const from = x.at + timeOf(i, n, attrs.reverse) * width;
    k.copyRows(batch, width, from, steps * width, state + i * batch * ld + units, ld);
  }
}

/** The part of [h₋₁ | x | 1] that a block of sums is over. */
function spanOf({ over }: Block, { units, width }: Sizes): { readonly skip: number; readonly depth: number } {
  if (over === "state") return { skip: 0, depth: units };
  return over === "input" ? { skip: units, depth: width + 1 } : { skip: 0, depth: units + width + 1 };
}

/** Place of a block's weights, stacked as [W_hh | W_ih | b] and packed for products with [h₋₁ | x | 1]. */
function packWeights(k: Kernels, call: Call, n: Sizes, block: Block): number {
  const { inputs, scratch } = call;
  const { units, width } = n;
  const [, W_ih, W_hh] = inputs;
  const [rows, first] = [block.gates * units, block.first * units];
  const { depth } = spanOf(block, n);
  const stacked = scratch(rows * depth);
  const past = block.over === "input" ? 0 : units;
  if (past) k.copyRows(rows, units, W_hh.at + first * units, units, stacked, depth);
  if (block.over !== "state") {
    k.copyRows(rows, width, W_ih.at + first * width, width, stacked + past, depth);
    k.copyRows(rows, 1, biasOf(k, call, block, first, rows), 1, stacked + past + width, depth);
  }
  const packed = scratch(packedSize(rows, depth));
  k.pack(rows, depth, stacked, depth, 1, packed);
  return packed;
}

/** Place of what is added to each of a block's sums over the input: b_ih, and b_hh where they are over the state too. */
function biasOf(k: Kernels, { inputs, scratch }: Call, { over }: Block, first: number, rows: number): number {
  const [, , , b_ih, b_hh] = inputs as readonly (Tensor | undefined)[];
  if (b_ih && over === "input") return b_ih.at + first;
  const sum = scratch(rows);
  if (b_ih && b_hh) k.add(rows, b_ih.at + first, b_hh.at + first, sum);
  else k.fill(rows, sum, 0);
  return sum;
}

/** Place of b_hh of a block of sums over the state alone; −1: there is none, or it is among the weights. */
function stateBias({ inputs }: Call, { units }: Sizes, { over, first }: Block): number {
  const b_hh = (inputs as readonly (Tensor | undefined)[])[4];
  return b_hh && over === "state" ? b_hh.at + first * units : -1;
}

// dh from the output, and from the step after it: dz₊₁·W_hh and what the cell carries; then dz from dh, in place of the gates
export function backward(cell: Cell, k: Kernels, call: Backward<RecurrentAttrs>): void {
  const { inputs, saved, dOut, dInputs, time, attrs, scratch } = call;
  const [x, W_ih, W_hh] = inputs;
  const n = sizesOf(x.shape, W_hh.shape);
  const { batch, steps, width, units } = n;
  const chunk = chunkOf(n);
  const kept = keptBy(cell, saved, cell.columns ? 0 : scratch(2 * chunk * batch * units));
  const dh = scratch(batch * units);
  const carry = cell.carries === "nothing" ? -1 : scratch(batch * units);
  const past = cell.blocks
    .filter(({ over }) => over !== "input")
    .map((block) => ({ ...block, W: packState(k, call, block) }));
  const dx = dInputs[0];
  const packedW_ih = dx ? packed(k, call, width, cell.gates * units, W_ih.at) : -1;
  const all = scratch(columnsOf(cell) * units * n.ld);
  for (let i = steps - 1; i >= 0; i--) {
    const t = timeOf(i, n, attrs.reverse);
    const step = stepAt(cell, n, kept, i);
    const detached = i + 1 === steps || (attrs.truncate > 0 && (i + 1) % attrs.truncate === 0);
    const isGiven = !attrs.last || t === steps - 1;
    if (!attrs.last) k.copyRows(batch, units, dOut.at + t * units, steps * units, dh, units);
    else if (isGiven) k.copyRows(batch, units, dOut.at, units, dh, units);
    else if (detached) k.fill(batch * units, dh, 0);
    if (detached) {
      if (cell.carries === "to the state") k.fill(batch * units, carry, 0);
    } else {
      let accumulate = isGiven;
      if (cell.carries === "to the output") {
        if (accumulate) k.add(batch * units, dh, carry, dh);
        else k.copyRows(1, batch * units, carry, 0, dh, 0);
        accumulate = true;
      }
      const { z, ldz } = stepAt(cell, n, kept, i + 1);
      for (const { gates, column, W } of past) {
        k.gemmPacked(
          batch,
          units,
          gates * units,
          z + column * units,
          ldz,
          W,
          dh,
          units,
          -1,
          accumulate ? 1 : 0,
        );
        accumulate = true;
      }
    }
    if (attrs.instrumented) time?.(t, dh, batch * units);
    cell.backward(k, step, dh, carry);
    if (dx) {
      const to = dx.at + t * width;
      k.gemmPacked(batch, width, cell.gates * units, step.z, step.ldz, packedW_ih, to, steps * width, -1, 0);
    }
    if (i % chunk === 0) addGradients(cell, k, n, kept, i, all);
  }
  storeGradients(cell, k, call, n, all);
}

/** Steps whose gradients of the weights are added up at once, while their dz are in the cache: so many rows at least. */
const CHUNK_ROWS = 256;
const chunkOf = ({ batch }: Sizes): number => Math.ceil(CHUNK_ROWS / batch);

const packState = (k: Kernels, call: Call, { first, gates }: Block): number => {
  const [, , W_hh] = call.inputs;
  const units = W_hh.shape[1];
  return packed(k, call, units, gates * units, W_hh.at + first * units * units);
};

/** Place of a matrix of `rows` by `n`, packed for products from the left. */
function packed(k: Kernels, { scratch }: Call, n: number, rows: number, at: number): number {
  const to = scratch(packedSize(n, rows));
  k.pack(n, rows, at, n, 0, to);
  return to;
}

/** [dW_hh | dW_ih | db] = Σ dzᵀ·[h₋₁ | x | 1] over samples and steps: adds those of the chunk from step i on. */
function addGradients(cell: Cell, k: Kernels, n: Sizes, kept: Kept, i: number, all: number): void {
  const { batch, steps, depth, ld } = n;
  const { z, ldz, hBefore } = stepAt(cell, n, kept, i);
  const count = Math.min(chunkOf(n), steps - i);
  const isLast = i + count === steps; // which is the first that is made
  const product = { k: count * batch, lda: ldz, ta: 1, ldb: ld, tb: 0, ldc: ld, accumulate: isLast ? 0 : 1 };
  k.gemm(product, ldz, depth, z, hBefore, all, -1);
}

/** Takes [dW_hh | dW_ih | db] apart. */
function storeGradients(cell: Cell, k: Kernels, call: Backward<RecurrentAttrs>, n: Sizes, all: number): void {
  const { width, units, ld } = n;
  const [, dW_ih, dW_hh, db_ih, db_hh] = call.dInputs;
  for (const { over, first, gates, column } of cell.blocks) {
    const [rows, row, from] = [gates * units, first * units, all + column * units * ld];
    if (over !== "input") {
      if (dW_hh) k.copyRows(rows, units, from, ld, dW_hh.at + row * units, units);
      if (db_hh) k.copyRows(rows, 1, from + units + width, ld, db_hh.at + row, 1);
    }
    if (over !== "state") {
      if (dW_ih) k.copyRows(rows, width, from + units, ld, dW_ih.at + row * width, width);
      if (db_ih) k.copyRows(rows, 1, from + units + width, ld, db_ih.at + row, 1);
    }
  }
}

const columnsOf = ({ columns, gates }: Cell): number => columns || gates;

function keptBy({ columns, stateful }: Cell, saved: readonly number[], dz: number): Kept {
  const [state] = saved;
  return { state, z: columns ? saved[1] : dz, c: stateful ? saved[columns ? 2 : 1] : -1 };
}

/** Places of the i-th step that is taken. Where z is not kept, there is room for the gradients of two chunks. */
function stepAt(cell: Cell, n: Sizes, { state, z, c }: Kept, i: number): Step {
  const { batch, units, ld } = n;
  const ldz = columnsOf(cell) * units;
  return {
    rows: batch,
    units,
    z: z + (cell.columns ? i : i % (2 * chunkOf(n))) * batch * ldz,
    ldz,
    h: state + (i + 1) * batch * ld,
    hBefore: state + i * batch * ld,
    ldh: ld,
    c: c + i * batch * units,
    cBefore: i === 0 ? -1 : c + (i - 1) * batch * units,
  };
}
