import type { Frame } from "../protocol/frame.ts";
import type { History } from "../protocol/history.ts";

/** Steps that bands and medians look back over. */
export const RECENT = 20;

/** The frames of the last `steps` steps: fewer where not every step gave one, and where fewer are kept. */
export function recentSteps(
  { recent, tally }: Pick<History, "recent" | "tally">,
  steps: number,
): readonly Frame[] {
  return recent.filter(({ step }) => step > tally.step - steps);
}
