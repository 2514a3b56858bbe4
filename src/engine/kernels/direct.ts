import type { ConvSizes } from "./convSizes.ts";

/** Elements of scratch that convolution without columns may take: 4 MB in f32. */
export const DIRECT_SCRATCH = 2 ** 20;

/**
 * How a convolution is computed: as sums over taps that lie at the same distance from every pixel, in planes with zeros
 * around them; with Winograd's filters of 2 × 2, 3 × 3, which take 16 products instead of 36 but have to pay for their
 * transforms; or by columns, which always can be.
 */
export type Variant = "direct" | "winograd" | "im2col";

/** Channels on both sides from which Winograd's filters were measured to pay. */
const CHANNELS = 8;

/**
 * The first two need a window that slides in steps of 1, rows of at least a vector, and room in the scratch. The batch is no
 * matter: a part of it goes the way of the whole.
 */
export function variantOf(sizes: ConvSizes): Variant {
  const { channels, outChannels, groups, width, outWidth, kernelHeight: kh, kernelWidth: kw } = sizes;
  const { strideY: sy, strideX: sx, dilationY, dilationX } = sizes;
  if (sy * sx !== 1 || Math.min(width, outWidth) < 4 || kh * kw === 1) return "im2col";
  const fits = (...parts: readonly number[]) => Math.max(...parts) <= DIRECT_SCRATCH;
  const square = kh === 3 && kw === 3 && dilationY * dilationX === 1;
  if (square && Math.min(channels, outChannels) >= CHANNELS * groups && fits(winogradScratch(sizes))) {
    return "winograd";
  }
  return fits(correlationScratch(sizes), gradientScratch(sizes)) ? "direct" : "im2col";
}

/** Pixels of y that are summed up in registers at a time for one element of dW, at least. */
const PIXELS = 512;

/** Samples that are computed at a time, at most. */
export const samplesOf = (sizes: ConvSizes, variant: Variant): number =>
  variant === "im2col" ? 1 : variant === "direct" ? directSamples(sizes) : winogradSamples(sizes);

/** Samples whose part of dW is computed at a time, at most. */
const directSamples = ({ outHeight, outWidth }: ConvSizes): number =>
  Math.ceil(PIXELS / (outHeight * outWidth));

/** Elements of transforms that are made at a time: 512 KB in f32, still in the cache when they are used. */
const TRANSFORMS = 2 ** 17;

/** Samples that are transformed at a time, at most. */
function winogradSamples(sizes: ConvSizes): number {
  const { channels, outChannels, groups } = sizes;
  const each = (16 * tilesOf(sizes) * (channels + outChannels)) / groups;
  return Math.max(1, Math.floor(TRANSFORMS / each));
}

/** Tiles of 2 × 2 elements of the larger of a plane of x and one of y. */
const tilesOf = ({ height, width, outHeight, outWidth }: ConvSizes): number =>
  Math.ceil(Math.max(height, outHeight) / 2) * Math.ceil(Math.max(width, outWidth) / 2);

/** For the larger of x ∗ W and dy ∗ Wᵀ: packed weights and biases, tables of taps and of pixels, padded planes. */
function correlationScratch(sizes: ConvSizes): number {
  const { channels, outChannels, groups, height, width, outHeight, outWidth } = sizes;
  const { kernelHeight: kh, kernelWidth: kw } = sizes;
  const weights = (channels * outChannels * kh * kw) / groups;
  const most = Math.max(channels, outChannels);
  const pixels = Math.max(height * (width + 8), outHeight * (outWidth + 8));
  return weights + most + (most / groups) * kh * kw + pixels + planes(sizes, most / groups) + 64;
}

/** For dW: its transpose, tables of taps and of pixels, the transpose of dy and padded planes of x for some samples. */
function gradientScratch(sizes: ConvSizes): number {
  const { channels, outChannels, groups, outHeight, outWidth, kernelHeight: kh, kernelWidth: kw } = sizes;
  const [depth, samples, outs] = [
    (channels / groups) * kh * kw,
    directSamples(sizes),
    outChannels / groups + 4,
  ];
  const pixels = samples * outHeight * outWidth;
  return depth * (outs + 1) + pixels * (outs + 1) + planes(sizes, (samples * channels) / groups) + 64;
}

/** For the largest of the three: transforms of weights, of x and of y, tables, a sample's y, and padded planes. */
function winogradScratch(sizes: ConvSizes): number {
  const { channels, outChannels, groups, height, width, outHeight, outWidth } = sizes;
  const [ins, outs] = [channels / groups + 4, outChannels / groups + 4];
  const row = winogradSamples(sizes) * tilesOf(sizes) + 8;
  const area = Math.max(height * width, outHeight * outWidth);
  const most = Math.max(ins, outs);
  return (
    16 * (groups * ins * outs + most + row * (ins + outs)) + 2 * row + most * area + planes(sizes, most) + 256
  );
}

/** Elements of planes with the zeros around them, whichever of x and y they are of, and of whatever size made even. */
function planes(sizes: ConvSizes, count: number): number {
  const { height, width, outHeight, outWidth, kernelHeight: kh, kernelWidth: kw } = sizes;
  const { dilationY: dy, dilationX: dx } = sizes;
  const [high, wide] = [Math.max(height, outHeight) + 1, Math.max(width, outWidth) + 1];
  return count * ((high + (kh - 1) * dy) * (wide + (kw - 1) * dx) + 16);
}
