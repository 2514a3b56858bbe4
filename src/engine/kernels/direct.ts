import type { ConvSizes } from "./conv.ts";

/** Elements of scratch that direct convolution may take: 4 MB in f32. */
export const DIRECT_SCRATCH = 2 ** 20;

/** Pixels of y that are summed up in registers at a time for one element of dW, at least. */
const BLOCK = 512;

/** Samples whose part of dW is computed at a time. */
export const blockOf = (batch: number, pixels: number): number => Math.min(batch, Math.ceil(BLOCK / pixels));

/**
 * Whether a convolution is computed from planes with zeros around them, where a tap lies at the same distance from every
 * pixel: the window slides in steps of 1, a vector fits into a row, and what is needed beside x and y fits into the scratch.
 */
export function isDirect(sizes: ConvSizes): boolean {
  const [, , , , , width, , outWidth, kh, kw, sy, sx] = sizes;
  if (sy * sx !== 1 || Math.min(width, outWidth) < 4 || kh * kw === 1) return false;
  return Math.max(correlationScratch(sizes), gradientScratch(sizes)) <= DIRECT_SCRATCH;
}

/** For the larger of x ∗ W and dy ∗ Wᵀ: packed weights and biases, tables of taps and of pixels, padded planes. */
function correlationScratch(sizes: ConvSizes): number {
  const [, channels, outChannels, groups, height, width, outHeight, outWidth, kh, kw] = sizes;
  const weights = (channels * outChannels * kh * kw) / groups;
  const most = Math.max(channels, outChannels);
  const pixels = Math.max(height * (width + 8), outHeight * (outWidth + 8));
  return weights + most + (most / groups) * kh * kw + pixels + planes(sizes, most / groups) + 64;
}

/** For dW: its transpose, tables of taps and of pixels, the transpose of dy and padded planes of x for a block of samples. */
function gradientScratch(sizes: ConvSizes): number {
  const [, channels, outChannels, groups, , , outHeight, outWidth, kh, kw] = sizes;
  const [depth, pixels] = [(channels / groups) * kh * kw, outHeight * outWidth];
  const images = blockOf(Infinity, pixels); // however few there are: a part of a batch goes the way of the whole
  const outs = outChannels / groups + 4;
  return depth * (outs + 1) + images * pixels * (outs + 1) + planes(sizes, (images * channels) / groups) + 64;
}

/** Elements of planes with the zeros around them, whichever of x and dy they are of. */
function planes(
  [, , , , height, width, outHeight, outWidth, kh, kw, , , , , dy, dx]: ConvSizes,
  count: number,
): number {
  const [high, wide] = [Math.max(height, outHeight), Math.max(width, outWidth)];
  return count * ((high + (kh - 1) * dy) * (wide + (kw - 1) * dx) + 16);
}
