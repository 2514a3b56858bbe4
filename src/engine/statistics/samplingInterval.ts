import { costOf, statisticsCostOf } from "../compile/costModel.ts";
import type { CallLists } from "../compile/compile.ts";
import type { Call } from "../compile/recorder.ts";

/** So much may all statistics add to the time of a plain step: as long as they do not, every step is sampled. */
const TOGETHER = 0.15;

/** So much may what is sampled add by itself, where it has to be. */
const SHARE = 0.02;

/** Every how many steps what is sampled is computed, histograms before all. */
export function samplingInterval({ forward, backward, sampled }: CallLists): number {
  const calls = [...forward, ...backward];
  const statistics = calls.reduce((sum, call) => sum + statisticsCostOf(call), 0);
  const plain = cost(calls) - statistics;
  if (statistics + cost(sampled) <= TOGETHER * plain) return 1;
  return Math.max(1, Math.ceil(cost(sampled) / (SHARE * plain)));
}

const cost = (calls: readonly Call[]): number => calls.reduce((sum, call) => sum + costOf(call), 0);
