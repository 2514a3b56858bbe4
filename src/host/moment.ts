import type { History } from "../protocol/history.ts";
import { frameAt, historyAt } from "../protocol/moment.ts";

/** The step of a run that is looked at. */
export class Moment {
  /** `undefined`: the latest. */
  at: number | undefined;
  #seen: { readonly of: History; readonly step: number; readonly then: History } | undefined;

  /** A history as it was at that step: the same one, where that is the latest. */
  of(history: History): History {
    const frame = this.at === undefined ? undefined : frameAt(history, this.at);
    if (!frame || frame === history.latest()) return history;
    if (this.#seen?.of !== history || this.#seen.step !== frame.step)
      this.#seen = { of: history, step: frame.step, then: historyAt(history, frame) };
    return this.#seen.then;
  }
}
