import type { ElementwiseKernels } from "../../kernels/elementwise.ts";
import { extent, reads, writes } from "../touches.ts";
import { elements, moved, type Rules } from "./rule.ts";

export const elementwise: Rules<keyof ElementwiseKernels> = {
  add: elements(0, [1, 2], [3]),
  multiply: elements(0, [1, 2], [3]),
  fill: elements(0, [], [1]),
  copyRows: {
    touches: ([rows, n, x, ldx, y, ldy]) => [
      ...reads(x, extent(rows, n, ldx)),
      ...writes(y, extent(rows, n, ldy)),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, , , ldx, , ldy]) => ({ 2: ldx, 4: ldy })),
  },
  prelu: {
    touches: ([outer, channels, inner, x, y, slopes, shared]) => [
      ...reads(x, outer * channels * inner),
      ...reads(slopes, shared ? 1 : channels),
      ...writes(y, outer * channels * inner),
    ],
    units: ([outer]) => outer,
    part: moved(0, ([, channels, inner]) => ({ 3: channels * inner, 4: channels * inner })),
  },
  preluGrad: {
    touches: ([outer, channels, inner, x, dy, dx, slopes, dslopes, shared]) => [
      ...[x, dy].flatMap((at) => reads(at, outer * channels * inner)),
      ...reads(slopes, shared ? 1 : channels),
      ...writes(dx, outer * channels * inner),
      ...writes(dslopes, shared ? 1 : channels),
    ],
  },
  softmax: {
    touches: ([rows, n, x, y]) => [...reads(x, rows * n), ...writes(y, rows * n)],
    units: ([rows]) => rows,
    part: moved(0, ([, n]) => ({ 2: n, 3: n })),
  },
  softmaxGrad: {
    touches: ([rows, n, y, dy, dx]) => [
      ...reads(y, rows * n),
      ...reads(dy, rows * n),
      ...writes(dx, rows * n),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, n]) => ({ 2: n, 3: n, 4: n })),
  },
};
