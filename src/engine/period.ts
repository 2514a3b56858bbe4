import type { Plan } from "./plan.ts";
import type { Call } from "./record.ts";

/*
 * Rough costs of the kernels in WebAssembly on one core, in nanoseconds: what matters is their ratio.
 */
const NS_PER_PRODUCT = 2 / 50; // two operations, at 50 GFLOP/s
const NS_PER_ELEMENT = 0.4; // an elementwise pass or a pass of statistics, in cache
const NS_PER_CALL = 50;
const NS_PER_COUNT = 0.8; // an element of a histogram

/** Share of a step's time that histograms may take. */
const SHARE = 0.05;

/** Every how many steps histograms are taken: as often as keeps their share of the time small. */
export function histogramPeriod({ forward, backward, histograms }: Plan): number {
  const step = cost(forward) + cost(backward);
  const counting = histograms.reduce((sum, { args: [n] }) => sum + n * NS_PER_COUNT, 0);
  return Math.max(1, Math.ceil(counting / (SHARE * step)));
}

const cost = (calls: readonly Call[]): number =>
  calls.reduce((sum, call) => sum + NS_PER_CALL + work(call), 0);

/** Products of matrices by their sizes; of all else the first argument is the number of elements, or of rows by columns. */
function work({ kernel, args: [a, b, c] }: Call): number {
  if (kernel === "gemm") return a * b * c * NS_PER_PRODUCT;
  return (kernel === "activation" || kernel === "activationGrad" ? b : a) * NS_PER_ELEMENT;
}
