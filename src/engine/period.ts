import { costOf } from "./cost.ts";
import type { Plan } from "./plan.ts";
import type { Call } from "./record.ts";

/** Nanoseconds for an element of a histogram, beside those of `costOf`. */
const NS_PER_COUNT = 0.8;

/** Share of a step's time that histograms may take. */
const SHARE = 0.05;

/** Every how many steps histograms are taken: as often as keeps their share of the time small. */
export function histogramPeriod({ forward, backward, histograms }: Plan): number {
  const step = cost(forward) + cost(backward);
  const counting = histograms.reduce((sum, { args: [n] }) => sum + n * NS_PER_COUNT, 0);
  return Math.max(1, Math.ceil(counting / (SHARE * step)));
}

const cost = (calls: readonly Call[]): number => calls.reduce((sum, call) => sum + costOf(call), 0);
