import { convSizes, type ConvSizes } from "./convSizes.ts";
import { type Args, descriptor, flag, index, size } from "./kernel.ts";
import { samplesOf, type Variant, variantOf } from "./direct.ts";
import { blockSize, isPointwise } from "./im2col.ts";

/** A convolution's sizes, and what follows from them for the kernels. */
export const convDescriptor = descriptor("ConvDescriptor", {
  ...convSizes,
  /** Its number in `VARIANTS`. */
  variant: index,
  /** Samples that are computed at a time, at most: of dW, and with Winograd's filters of everything. */
  samples: size,
  /** A rectangle of y whose columns are made together, and how many elements of each. */
  blockRows: size,
  blockColumns: size,
  blockDepth: size,
  /** 1: x is its own columns. */
  pointwise: flag,
});

export type ConvDescriptor = Args<typeof convDescriptor.fields>;

/** In the order of their numbers: `assembly/conv/conv.ts` has the same. */
export const VARIANTS: readonly Variant[] = ["im2col", "direct", "winograd"];

export function describeConv(sizes: ConvSizes): ConvDescriptor {
  const variant = variantOf(sizes);
  return {
    ...sizes,
    variant: VARIANTS.indexOf(variant),
    samples: samplesOf(sizes, variant),
    ...blockSize(sizes),
    pointwise: isPointwise(sizes) ? 1 : 0,
  };
}
