import type { History } from "../protocol/history.ts";

/** Nine of ten steps stay below it. */
const QUANTILE = 0.9;

/** A loss above so many times the first is none to learn a threshold from: there the gradient explodes. */
const DIVERGED = 1.5;

/** Fewer steps say nothing of what is typical: a run that breaks at once has only seen the gradient explode. */
const FEWEST = 5;

/**
 * The threshold that a run suggests for clipping: the norm of the whole gradient, before it is clipped, that 90 % of its steps
 * stay below, among those kept whole and not diverged. NaN where there is none.
 */
export function typicalNorm({ first, recent }: Pick<History, "first" | "recent">): number {
  const begin = first[0]?.loss ?? NaN;
  const later = recent.filter(({ step }) => step > (first.at(-1)?.step ?? 0));
  const norms = [...first, ...later]
    .filter(({ loss }) => loss <= DIVERGED * Math.abs(begin))
    .map(({ grad_norm }) => grad_norm)
    .filter((norm) => Number.isFinite(norm) && norm > 0)
    .sort((a, b) => a - b);
  if (norms.length < FEWEST) return NaN;
  return norms[Math.min(norms.length - 1, Math.floor(QUANTILE * norms.length))] ?? NaN;
}
