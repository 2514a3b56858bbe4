import { costOf } from "./cost.ts";
import type { Plan } from "./plan.ts";
import type { Call } from "./record.ts";

/** Share of a step's time that what is rare may take. */
const SHARE = 0.03;

/** Every how many steps what is rare is computed, histograms before all: as often as keeps its share of the time small. */
export function rarePeriod({ forward, backward, rare }: Plan): number {
  return Math.max(1, Math.ceil(cost(rare) / (SHARE * (cost(forward) + cost(backward)))));
}

const cost = (calls: readonly Call[]): number => calls.reduce((sum, call) => sum + costOf(call), 0);
