import { costOf, statisticsCostOf } from "./cost.ts";
import type { Plan } from "./plan.ts";
import type { Call } from "./record.ts";

/** So much may all statistics add to the time of a plain step: as long as they do not, nothing is rare. */
const TOGETHER = 0.15;

/** So much may that which is rare add by itself, where it has to be. */
const SHARE = 0.02;

/** Every how many steps what is rare is computed, histograms before all. */
export function rarePeriod({ forward, backward, rare }: Plan): number {
  const calls = [...forward, ...backward];
  const statistics = calls.reduce((sum, call) => sum + statisticsCostOf(call), 0);
  const plain = cost(calls) - statistics;
  if (statistics + cost(rare) <= TOGETHER * plain) return 1;
  return Math.max(1, Math.ceil(cost(rare) / (SHARE * plain)));
}

const cost = (calls: readonly Call[]): number => calls.reduce((sum, call) => sum + costOf(call), 0);
