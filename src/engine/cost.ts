import type { Call } from "./record.ts";

/*
 * Rough costs of the kernels in WebAssembly on one core, in nanoseconds: what matters is their ratio.
 */
const NS_PER_PRODUCT = 2 / 50; // two operations, at 50 GFLOP/s
const NS_PER_ELEMENT = 0.4; // an elementwise pass or a pass of statistics, in cache
const NS_PER_COUNT = 0.8; // an element of a histogram
const NS_PER_CALL = 50;

export const costOf = (call: Call): number => NS_PER_CALL + work(call);

/** Products by their sizes; of all else the first argument is the number of elements, or of rows by columns. */
function work({ kernel, args }: Call): number {
  const [a, b, c] = args;
  switch (kernel) {
    case "gemm":
    case "gemmPacked":
      return a * b * c * NS_PER_PRODUCT;
    case "conv2d":
      return convolution(args.slice(5));
    case "conv2dGradInput":
      return convolution(args.slice(4));
    case "conv2dGradWeight":
      return convolution(args.slice(7));
    case "histogram":
      return a * NS_PER_COUNT;
    case "activation":
    case "activationGrad":
      return b * NS_PER_ELEMENT;
    default:
      return a * NS_PER_ELEMENT;
  }
}

function convolution([
  batch,
  channels,
  outChannels,
  groups,
  ,
  ,
  height,
  width,
  kh,
  kw,
]: readonly number[]): number {
  return ((batch * channels * outChannels * kh * kw) / groups) * height * width * NS_PER_PRODUCT;
}
