import type { Call } from "./record.ts";

/*
 * Rough costs of the kernels in WebAssembly on one core, in nanoseconds: what matters is their ratio.
 */
const NS_PER_PRODUCT = 2 / 50; // two operations, at 50 GFLOP/s
const NS_PER_ELEMENT = 0.4; // an elementwise pass or a pass of statistics, in cache
const NS_PER_CALL = 50;

export const costOf = (call: Call): number => NS_PER_CALL + work(call);

/** Products of matrices by their sizes; of all else the first argument is the number of elements, or of rows by columns. */
function work({ kernel, args: [a, b, c] }: Call): number {
  if (kernel === "gemm" || kernel === "gemmPacked") return a * b * c * NS_PER_PRODUCT;
  return (kernel === "activation" || kernel === "activationGrad" ? b : a) * NS_PER_ELEMENT;
}
