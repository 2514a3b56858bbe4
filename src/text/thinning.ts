import { t } from "../l10n/translate.ts";
import { count, counted } from "../insight/format.ts";
import type { History } from "../protocol/history.ts";

/** How much is left of a long run in what is kept of it. */
export interface Thinning {
  /** Frames that the run has given: steps, where every step gave one. */
  readonly steps: number;
  /** Those that are kept with all figures. */
  readonly whole: number;
  /** Of so many steps the first and the last have the figures of charts over time; 1: every step has. */
  readonly every: number;
}

/** `undefined` where all is there. */
export function thinningOf(history: History): Thinning | undefined {
  const [steps, whole] = [history.tally.frames, history.frames().length];
  return whole < steps ? { steps, whole, every: history.course.stride } : undefined;
}

/** `584 of 5,000 steps with all figures, and the first and the last of every 16 with the loss and …` */
export function thinningText({ steps, whole, every }: Thinning): string {
  const others = every > 1 ? t`the first and the last of every ${count(every)}` : t`all others`;
  return t`${count(whole)} of ${counted(steps, "step")} with all figures, and ${others} with the loss, the norm of the whole gradient and ‖∂L/∂h‖ of each layer`;
}
