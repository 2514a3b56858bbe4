import { columnKernels, type ColumnParts } from "../columns.ts";
import type { ConvKernels, ConvSizes } from "../conv.ts";
import { blockOf, isDirect } from "../direct.ts";
import type { Memory } from "../memory.ts";

/** What the module has for convolution. */
export interface ConvExports extends ColumnParts {
  directConv2d(x: number, W: number, bias: number, y: number, ...sizes: ConvSizes): void;
  directConv2dGradInput(dy: number, W: number, dx: number, ...sizes: ConvSizes): void;
  /** By blocks of `images` samples. */
  directConv2dGradWeight(
    x: number,
    dy: number,
    dW: number,
    dbias: number,
    first: number,
    count: number,
    images: number,
    ...sizes: ConvSizes
  ): void;
}

/** Directly where that is possible, else by columns. */
export function convKernels(memory: Memory, module: ConvExports): ConvKernels {
  const general = columnKernels(memory, module);
  return {
    conv2d(x, W, bias, y, columns, ...sizes) {
      if (isDirect(sizes)) module.directConv2d(x, W, bias, y, ...sizes);
      else general.conv2d(x, W, bias, y, columns, ...sizes);
    },

    conv2dGradInput(dy, W, dx, columns, ...sizes) {
      if (isDirect(sizes)) module.directConv2dGradInput(dy, W, dx, ...sizes);
      else general.conv2dGradInput(dy, W, dx, columns, ...sizes);
    },

    conv2dGradWeight(x, dy, dW, dbias, columns, first, count, ...sizes) {
      const [batch, , , , , , outHeight, outWidth] = sizes;
      const images = blockOf(batch, outHeight * outWidth);
      if (isDirect(sizes)) module.directConv2dGradWeight(x, dy, dW, dbias, first, count, images, ...sizes);
      else general.conv2dGradWeight(x, dy, dW, dbias, columns, first, count, ...sizes);
    },
  };
}
