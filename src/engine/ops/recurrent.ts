import { t } from "../../l10n/translate.ts";
import { ACTIVATION_NAMES } from "../activations/index.ts";
import { type Shape, ShapeError, show } from "../tensor.ts";
import { type Block, type Cell, keptSizes, type RecurrentAttrs, sizesOf } from "./cell.ts";
import { type Op, op, type Sample } from "./op.ts";
import { backward, forward } from "./recurrence.ts";

const plain: RecurrentAttrs = { reverse: false, truncate: 0, last: false, instrumented: true };

/** Shapes for a cell of so many gates; `biased` with both biases. */
const sample = (
  gates: number,
  batch: number,
  steps: number,
  width: number,
  units: number,
  biased = true,
): Shape[] => [
  [batch, steps, width],
  [gates * units, width],
  [gates * units, units],
  ...(biased ? [[gates * units], [gates * units]] : []),
];

// `truncate` is not among the samples: its gradient is deliberately not that of the function.
const samplesOf = (gates: number): readonly Sample<RecurrentAttrs>[] => [
  { shapes: sample(gates, 2, 4, 3, 5), attrs: plain },
  { shapes: sample(gates, 3, 5, 2, 3), attrs: { ...plain, reverse: true } },
  { shapes: sample(gates, 2, 3, 1, 7, false), attrs: plain },
  { shapes: sample(gates, 3, 1, 5, 2), attrs: plain }, // one step has no state before it
  { shapes: sample(gates, 1, 6, 4, 1, false), attrs: { ...plain, reverse: true } },
  { shapes: sample(gates, 2, 4, 3, 5), attrs: { ...plain, last: true } },
  { shapes: sample(gates, 3, 1, 2, 4), attrs: { ...plain, last: true } },
];

/**
 * h[batch, steps, units] of every step, in the order of x even where the recurrence runs in `reverse`; or of the `last` alone,
 * h[batch, units].
 */
function recurrent(name: string, cell: Cell): Op<RecurrentAttrs> {
  return op<RecurrentAttrs>({
    name,
    shape([x, W_ih, W_hh], { last }) {
      const [rows, width] = W_ih;
      const units = W_hh[1];
      if (x.length !== 3) throw new ShapeError(t`${name} needs [batch, time, features], but gets ${show(x)}`);
      if (x[2] !== width)
        throw new ShapeError(t`cannot multiply ${show(x)} by the transpose of ${show(W_ih)}`);
      if (W_hh[0] !== rows || rows !== cell.gates * units) {
        throw new ShapeError(
          t`${name} with ${units} units needs matrices of ${cell.gates * units} rows, but gets ${show(W_ih)} and ${show(W_hh)}`,
        );
      }
      return last ? [x[0], units] : [x[0], x[1], units];
    },
    savedTensors: ([x, , W_hh]) => keptSizes(cell, sizesOf(x, W_hh)),
    forward: (k, call) => forward(cell, k, call),
    backward: (k, call) => backward(cell, k, call),
    neededForBackward: () => ({ inputs: [1, 2], out: false }),
    samples: samplesOf(cell.gates),
  });
}

/** The sums of all gates over [h₋₁ | x | 1]. */
const together = (gates: number): readonly Block[] => [{ over: "both", first: 0, gates, column: 0 }];

/** h = f(W_ih·x + b_ih + W_hh·h₋₁ + b_hh) (Elman, Finding Structure in Time, 1990) */
function elman(name: string, f: "tanh" | "relu"): Op<RecurrentAttrs> {
  const kind = ACTIVATION_NAMES.indexOf(f);
  return recurrent(name, {
    gates: 1,
    columns: 0,
    blocks: together(1),
    stateful: false,
    carries: "nothing",
    forward: (k, { rows, units, h, ldh }) => k.rnnCell(kind, rows, units, h, ldh),
    backward: (k, { rows, units, h, ldh, z, ldz }, dh) =>
      k.rnnCellGrad(kind, rows, units, h, ldh, dh, z, ldz),
  });
}

export const rnnTanh = elman("rnnTanh", "tanh");
export const rnnRelu = elman("rnnRelu", "relu");

/** Gates i, f, g, o. */
export const lstm = recurrent("lstm", {
  gates: 4,
  columns: 4,
  blocks: together(4),
  stateful: true,
  carries: "to the state",
  forward: (k, { rows, units, z, ldz, cBefore, c, h, ldh }) =>
    k.lstmCell(rows, units, z, ldz, cBefore, c, units, h, ldh),
  backward: (k, { rows, units, z, ldz, cBefore, c }, dh, carry) =>
    k.lstmCellGrad(rows, units, z, ldz, cBefore, c, units, dh, carry),
});

/** Gates r, z, n; of n the sum over the input, and behind it what r is multiplied by: the sum over the state. */
export const gru = recurrent("gru", {
  gates: 3,
  columns: 4,
  blocks: [
    { over: "both", first: 0, gates: 2, column: 0 },
    { over: "input", first: 2, gates: 1, column: 2 },
    { over: "state", first: 2, gates: 1, column: 3 },
  ],
  stateful: false,
  carries: "to the output",
  forward: (k, { rows, units, z, ldz, hBefore, h, ldh }) =>
    k.gruCell(rows, units, z, ldz, z + 3 * units, ldz, hBefore, h, ldh),
  backward: (k, { rows, units, z, ldz, hBefore, ldh }, dh, carry) =>
    k.gruCellGrad(rows, units, z, ldz, z + 3 * units, ldz, hBefore, ldh, dh, carry),
});
