import { type ActivationKernels, activationKernels, type ActivationName } from "./activations.ts";
import { type MatrixKernels, matrixKernels } from "./matrix.ts";
import type { Memory } from "./memory.ts";
import { type StatisticsKernels, statisticsKernels } from "./statistics.ts";

/** Activations that are so light that reading and writing is most of their work: statistics come along in the same pass. */
export const LIGHT: Readonly<Record<"forward" | "backward", readonly ActivationName[]>> = {
  forward: ["relu", "leakyRelu", "hardtanh"],
  backward: ["relu", "leakyRelu", "hardtanh", "sigmoid", "tanh"],
};

/** Activations with the statistics of what they read and write, which must not be the same memory: the same bits as one after the other. */
export interface ObservedKernels {
  /** `activation`, and the `MOMENTS` of x and of y. */
  activationMoments(
    kind: number,
    n: number,
    x: number,
    y: number,
    alpha: number,
    beta: number,
    xOut: number,
    yOut: number,
  ): void;
  /** `activationGrad`, Σdy² and Σdx²; x may be y. */
  activationGradSquares(
    kind: number,
    n: number,
    x: number,
    y: number,
    dy: number,
    dx: number,
    alpha: number,
    beta: number,
    dyOut: number,
    dxOut: number,
  ): void;
  /** `activationGradSquares` of `rows` rows of n, and out[n] = Σ over the rows of dx. */
  activationGradSums(
    kind: number,
    rows: number,
    n: number,
    x: number,
    y: number,
    dy: number,
    dx: number,
    alpha: number,
    beta: number,
    dyOut: number,
    dxOut: number,
    out: number,
  ): void;
}

export function observedKernels(memory: Memory): ObservedKernels {
  const { activation, activationGrad }: ActivationKernels = activationKernels(memory);
  const { columnSums }: MatrixKernels = matrixKernels(memory);
  const { moments, sumSquares }: StatisticsKernels = statisticsKernels(memory);
  const kernels: ObservedKernels = {
    activationMoments(kind, n, x, y, alpha, beta, xOut, yOut) {
      moments(n, x, xOut);
      activation(kind, n, x, y, alpha, beta);
      moments(n, y, yOut);
    },
    activationGradSquares(kind, n, x, y, dy, dx, alpha, beta, dyOut, dxOut) {
      sumSquares(n, dy, dyOut);
      activationGrad(kind, n, x, y, dy, dx, alpha, beta);
      sumSquares(n, dx, dxOut);
    },
    activationGradSums(kind, rows, n, x, y, dy, dx, alpha, beta, dyOut, dxOut, out) {
      kernels.activationGradSquares(kind, rows * n, x, y, dy, dx, alpha, beta, dyOut, dxOut);
      columnSums(rows, n, dx, n, out, 0);
    },
  };
  return kernels;
}
