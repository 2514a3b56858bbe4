import { im2colKernels, type Im2colParts } from "../kernels/im2col.ts";
import { type ConvList, type ConvLoops, namedSizes } from "../kernels/convSizes.ts";
import { directSamples, type Variant, variantOf, winogradSamples } from "../kernels/direct.ts";
import type { Memory } from "../kernels/memory.ts";

/** What the module has for convolution. Those that take `samples` compute so many at a time. */
export interface ConvExports extends Im2colParts {
  directConv2d(x: number, W: number, bias: number, y: number, ...sizes: ConvList): void;
  directConv2dGradInput(dy: number, W: number, dx: number, ...sizes: ConvList): void;
  directConv2dGradWeight: GradWeight;
  winogradConv2d(x: number, W: number, bias: number, y: number, samples: number, ...sizes: ConvList): void;
  winogradConv2dGradInput(dy: number, W: number, dx: number, samples: number, ...sizes: ConvList): void;
  winogradConv2dGradWeight: GradWeight;
}

type GradWeight = (
  x: number,
  dy: number,
  dW: number,
  dbias: number,
  first: number,
  count: number,
  samples: number,
  ...sizes: ConvList
) => void;

/** Convolution, each in the way that suits its sizes. */
export function convKernels(memory: Memory, module: ConvExports): ConvLoops {
  const variants: Record<Variant, ConvLoops> = {
    im2col: im2colKernels(memory, module),

    direct: {
      conv2d: (x, W, bias, y, _columns, ...sizes) => module.directConv2d(x, W, bias, y, ...sizes),
      conv2dGradInput: (dy, W, dx, _columns, ...sizes) => module.directConv2dGradInput(dy, W, dx, ...sizes),
      conv2dGradWeight: (x, dy, dW, dbias, _columns, first, count, ...sizes) =>
        module.directConv2dGradWeight(
          x,
          dy,
          dW,
          dbias,
          first,
          count,
          directSamples(namedSizes(sizes)),
          ...sizes,
        ),
    },

    winograd: {
      conv2d: (x, W, bias, y, _columns, ...sizes) =>
        module.winogradConv2d(x, W, bias, y, winogradSamples(namedSizes(sizes)), ...sizes),
      conv2dGradInput: (dy, W, dx, _columns, ...sizes) =>
        module.winogradConv2dGradInput(dy, W, dx, winogradSamples(namedSizes(sizes)), ...sizes),
      conv2dGradWeight: (x, dy, dW, dbias, _columns, first, count, ...sizes) =>
        module.winogradConv2dGradWeight(
          x,
          dy,
          dW,
          dbias,
          first,
          count,
          winogradSamples(namedSizes(sizes)),
          ...sizes,
        ),
    },
  };
  return {
    conv2d: (x, W, bias, y, columns, ...sizes) =>
      variants[variantOf(namedSizes(sizes))].conv2d(x, W, bias, y, columns, ...sizes),
    conv2dGradInput: (dy, W, dx, columns, ...sizes) =>
      variants[variantOf(namedSizes(sizes))].conv2dGradInput(dy, W, dx, columns, ...sizes),
    conv2dGradWeight: (x, dy, dW, dbias, columns, first, count, ...sizes) =>
      variants[variantOf(namedSizes(sizes))].conv2dGradWeight(
        x,
        dy,
        dW,
        dbias,
        columns,
        first,
        count,
        ...sizes,
      ),
  };
}
