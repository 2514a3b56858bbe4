import { descriptor, index, size, place, number, doublesPlace, kernel } from "./kernel.ts";
import { MOMENTS } from "../../protocol/sums.ts";
import type { ActivationName } from "../activations/index.ts";
import { activationKernels } from "./activations.ts";
import { elements, statisticsOf } from "./costs.ts";
import { matrixKernels } from "./matrix.ts";
import { statisticsKernels } from "./statistics.ts";

/** Activations that are so light that reading and writing is most of their work: statistics come along in the same pass. */
export const LIGHT: Readonly<Record<"forward" | "backward", readonly ActivationName[]>> = {
  forward: ["relu", "leakyRelu", "hardtanh"],
  backward: ["relu", "leakyRelu", "hardtanh", "sigmoid", "tanh"],
};

const activationGradSquares = kernel({
  params: {
    kind: index,
    n: size,
    x: place,
    y: place,
    dy: place,
    dx: place,
    alpha: number,
    beta: number,
    dyOut: doublesPlace,
    dxOut: doublesPlace,
  },

  scalar: (memory, random) => {
    const activationGrad = activationKernels.activationGrad.scalar(memory, random);
    const sumSquares = statisticsKernels.sumSquares.scalar(memory, random);
    return (kind, n, x, y, dy, dx, alpha, beta, dyOut, dxOut) => {
      sumSquares(n, dy, dyOut);
      activationGrad(kind, n, x, y, dy, dx, alpha, beta);
      sumSquares(n, dx, dxOut);
    };
  },
  access: ({ n }) => ({ reads: { x: n, y: n, dy: n }, writes: { dx: n, dyOut: 1, dxOut: 1 } }),
  cost: ({ n }) => elements(n),
  statistics: ({ n }) => 2 * statisticsOf(n),
});

/** Activations with the statistics of what they read and write, which must not be the same memory: the same bits as one after the other. */
export const instrumentedKernels = {
  /** `activation`, and the `MOMENTS` of x and of y. */
  activationMoments: kernel({
    params: {
      kind: index,
      n: size,
      x: place,
      y: place,
      alpha: number,
      beta: number,
      xOut: doublesPlace,
      yOut: doublesPlace,
    },

    scalar: (memory, random) => {
      const activation = activationKernels.activation.scalar(memory, random);
      const moments = statisticsKernels.moments.scalar(memory, random);
      return (kind, n, x, y, alpha, beta, xOut, yOut) => {
        moments(n, x, xOut);
        activation(kind, n, x, y, alpha, beta);
        moments(n, y, yOut);
      };
    },
    access: ({ n }) => ({
      reads: { x: n },
      writes: { y: n, xOut: MOMENTS.length, yOut: MOMENTS.length },
    }),
    cost: ({ n }) => elements(n),
    statistics: ({ n }) => 2 * statisticsOf(n),
  }),

  /** `activationGrad`, Σdy² and Σdx²; x may be y. */
  activationGradSquares,

  /** `activationGradSquares` of `rows` rows of n, and out[n] = Σ over the rows of dx. */
  activationGradSums: kernel({
    descriptor: descriptor("ActivationDescriptor", { kind: index, alpha: number, beta: number }),
    params: {
      rows: size,
      n: size,
      x: place,
      y: place,
      dy: place,
      dx: place,
      dyOut: doublesPlace,
      dxOut: doublesPlace,
      out: place,
    },

    scalar: (memory, random) => {
      const gradSquares = activationGradSquares.scalar(memory, random);
      const columnSums = matrixKernels.columnSums.scalar(memory, random);
      return ({ kind, alpha, beta }, rows, n, x, y, dy, dx, dyOut, dxOut, out) => {
        gradSquares(kind, rows * n, x, y, dy, dx, alpha, beta, dyOut, dxOut);
        columnSums(rows, n, dx, n, out, 0);
      };
    },
    access: ({ rows, n }) => ({
      reads: { x: rows * n, y: rows * n, dy: rows * n },
      writes: { dx: rows * n, dyOut: 1, dxOut: 1, out: n },
    }),
    cost: ({ rows, n }) => elements(rows * n),
    statistics: ({ rows, n }) => 2 * statisticsOf(rows * n),
  }),
};
