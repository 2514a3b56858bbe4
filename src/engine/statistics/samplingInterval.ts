import { costOf, statisticsCostOf } from "../compile/costModel.ts";
import type { CallLists } from "../compile/compile.ts";
import type { Call } from "../compile/recorder.ts";

/** So much may all statistics add to the time of a plain step: as long as they do not, every step is sampled. */
const TOGETHER = 0.15;

/** So much may what is sampled add by itself, where it has to be. */
const SHARE = 0.03;

/** Every how many steps what is sampled is computed, histograms before all. */
export function samplingInterval({ forward, sampledForward, backward, sampled }: CallLists): number {
  const calls = [...forward, ...backward];
  const statistics = calls.reduce((sum, call) => sum + statisticsCostOf(call), 0);
  const plain = cost(calls) - statistics;
  const some = cost(sampledForward) - cost(forward) + cost(sampled);
  if (statistics + some <= TOGETHER * plain) return 1;
  return Math.max(1, Math.ceil(some / (SHARE * plain)));
}

const cost = (calls: readonly Call[]): number => calls.reduce((sum, call) => sum + costOf(call), 0);
