import type { Call } from "./record.ts";

/*
 * Rough costs of the kernels in WebAssembly on one core, for joined vectors, in nanoseconds: what matters is their ratio.
 */
const NS_PER_PRODUCT = 2 / 100; // two operations, at 100 GFLOP/s
const NS_PER_ELEMENT = 0.25; // an elementwise pass, in cache
const NS_PER_LOOK = 0.1; // a pass of statistics
const NS_PER_COUNT = 0.8; // an element of a histogram
const NS_PER_CALL = 50;

export const costOf = ({ kernel, args }: Call): number => NS_PER_CALL + (WORK[kernel] ?? elementwise)(args);

/** Of all that is not named below the first argument is the number of elements, or of rows by columns. */
const elementwise = ([n]: readonly number[]): number => n * NS_PER_ELEMENT;

const look = ([n]: readonly number[]): number => n * NS_PER_LOOK;

const product = ([m, n, k]: readonly number[]): number => m * n * k * NS_PER_PRODUCT;

type Work = { readonly [K in Call["kernel"]]?: (args: readonly number[]) => number };

/** Kernels that only look at what others compute. */
const LOOKING: Work = {
  moments: look,
  summary: look,
  sumSquares: look,
  outside: look,
  deadUnits: ([outer, channels, inner]) => look([outer * channels * inner]),
};

export const isLooking = ({ kernel }: Call): boolean => Object.hasOwn(LOOKING, kernel);

const lookTwice = ([, n]: readonly number[]): number => 2 * look([n]);

/** Kernels that look at two tensors while they compute. */
const OBSERVED: Work = {
  activationMoments: lookTwice,
  activationGradSquares: lookTwice,
  activationGradSums: ([kind, rows, n]) => lookTwice([kind, rows * n]),
};

/** How much of a call's cost is for looking. */
export const lookingCostOf = (call: Call): number =>
  isLooking(call) ? costOf(call) : (OBSERVED[call.kernel]?.(call.args) ?? 0);

const WORK: Work = {
  ...LOOKING,
  gemm: product,
  gemmPacked: product,
  conv2d: (args) => convolution(args.slice(5)),
  conv2dGradInput: (args) => convolution(args.slice(4)),
  conv2dGradWeight: (args) => convolution(args.slice(7)),
  histogram: ([n]) => n * NS_PER_COUNT,
  activation: ([, n]) => elementwise([n]),
  activationGrad: ([, n]) => elementwise([n]),
  activationMoments: (args) => elementwise([args[1]]) + lookTwice(args),
  activationGradSquares: (args) => elementwise([args[1]]) + lookTwice(args),
  activationGradSums: ([kind, rows, n]) => elementwise([rows * n]) + lookTwice([kind, rows * n]),
};

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
