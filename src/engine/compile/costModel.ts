import { argsOf } from "./arguments.ts";
import { described } from "../kernels/kernels.ts";
import { elements, NS_PER_CALL } from "../kernels/costs.ts";
import type { AnyArgs, AnyKernel } from "../kernels/kernel.ts";
import type { Call } from "./recorder.ts";

/** Nanoseconds of a call, roughly. */
export function costOf(call: Call): number {
  const kernel = described[call.kernel];
  const args = argsOf(call);
  return NS_PER_CALL + (computing(kernel, args) + (kernel.statistics?.(args) ?? 0));
}

function computing(kernel: AnyKernel, args: AnyArgs): number {
  if (kernel.cost) return kernel.cost(args);
  if (kernel.statistics) return 0;
  const first = Object.keys(kernel.params)[0];
  return elements(args[first]);
}

/** Whether a call takes statistics of what others compute, and does nothing else. */
function isStatistics({ kernel }: Call): boolean {
  const { cost, statistics } = described[kernel];
  return statistics !== undefined && !cost;
}

/** How much of a call's cost is that of statistics. */
export const statisticsCostOf = (call: Call): number =>
  isStatistics(call) ? costOf(call) : (described[call.kernel].statistics?.(argsOf(call)) ?? 0);
