import { costOf } from "./cost.ts";
import type { KernelName } from "./kernels/kernels.ts";
import type { Plan } from "./plan.ts";
import type { Call } from "./record.ts";

/** So much may all statistics add to the time of a plain step: as long as they do not, nothing is rare. */
const TOGETHER = 0.15;

/** So much may that which is rare add by itself, where it has to be. */
const SHARE = 0.03;

const LOOKING: ReadonlySet<KernelName> = new Set([
  "moments",
  "summary",
  "sumSquares",
  "outside",
  "deadUnits",
]);

/** Every how many steps what is rare is computed, histograms before all. */
export function rarePeriod({ forward, backward, rare }: Plan): number {
  const [looking, plain] = divided([...forward, ...backward]);
  if (cost(looking) + cost(rare) <= TOGETHER * cost(plain)) return 1;
  return Math.max(1, Math.ceil(cost(rare) / (SHARE * cost(plain))));
}

function divided(calls: readonly Call[]): readonly [looking: readonly Call[], plain: readonly Call[]] {
  const looks = ({ kernel }: Call) => LOOKING.has(kernel);
  return [calls.filter(looks), calls.filter((call) => !looks(call))];
}

const cost = (calls: readonly Call[]): number => calls.reduce((sum, call) => sum + costOf(call), 0);
