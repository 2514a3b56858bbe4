import type { ActivationKernels } from "../../kernels/activations.ts";
import type { ObservedKernels } from "../../kernels/observed.ts";
import { MOMENTS } from "../../kernels/statistics.ts";
import { reads, writes, writesDoubles } from "../touches.ts";
import { elements, type Rules } from "./rule.ts";

export const activations: Rules<keyof ActivationKernels | keyof ObservedKernels> = {
  activation: elements(1, [2], [3]),
  activationGrad: elements(1, [2, 3, 4], [5]),
  activationMoments: {
    touches: ([, n, x, y, , , xOut, yOut]) => [
      ...reads(x, n),
      ...writes(y, n),
      ...writesDoubles(xOut, MOMENTS.length),
      ...writesDoubles(yOut, MOMENTS.length),
    ],
  },
  activationGradSquares: {
    touches: ([, n, x, y, dy, dx, , , dyOut, dxOut]) => [
      ...reads(x, n),
      ...reads(y, n),
      ...reads(dy, n),
      ...writes(dx, n),
      ...writesDoubles(dyOut, 1),
      ...writesDoubles(dxOut, 1),
    ],
  },
  activationGradSums: {
    touches: ([, rows, n, x, y, dy, dx, , , dyOut, dxOut, out]) => [
      ...[x, y, dy].flatMap((at) => reads(at, rows * n)),
      ...writes(dx, rows * n),
      ...writesDoubles(dyOut, 1),
      ...writesDoubles(dxOut, 1),
      ...writes(out, n),
    ],
  },
};
