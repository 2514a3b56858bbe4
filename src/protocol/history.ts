import { HIST_BINS, STATS, type Frame } from "./frame.ts";
import type { RunInfo } from "./run.ts";

/** What one run may keep, in bytes; the limits in frames hold where a model is small. */
const BUDGET = 6e6;
const MOST = 300;
const FEWEST = 20;

/** Frames that a half of the history may hold. */
export function capacityFor({ layers, hist_every }: Pick<RunInfo, "layers" | "hist_every">): number {
  const bytes = 8 * layers.length * (STATS.length + HIST_BINS / Math.max(1, hist_every));
  return Math.max(FEWEST, Math.min(MOST, Math.floor(BUDGET / 2 / Math.max(1, bytes))));
}

/**
 * The frames of a run in bounded memory: the latest ones all, the whole run thinned out. The thinned half keeps every
 * n-th step from the first on; n doubles when it is full.
 */
export class History {
  readonly #capacity: number;
  #recent: Frame[] = [];
  #overview: Frame[] = [];
  #stride = 1;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.#recent.push(frame);
      if ((frame.step - 1) % this.#stride === 0) this.#overview.push(frame);
      if (this.#overview.length > this.#capacity) this.#thinOut();
    }
    // Twice the capacity before anything moves, so that a frame costs O(1) on average.
    if (this.#recent.length > 2 * this.#capacity) this.#recent = this.#recent.slice(-this.#capacity);
  }

  #thinOut(): void {
    this.#stride *= 2;
    this.#overview = this.#overview.filter(({ step }) => (step - 1) % this.#stride === 0);
  }

  /** Every frame that is kept, oldest first, each step once. */
  frames(): readonly Frame[] {
    const since = this.#recent[0]?.step ?? Infinity;
    return [...this.#overview.filter(({ step }) => step < since), ...this.#recent];
  }

  /** Frames after a step, oldest first, as far as they are kept. */
  since(step: number): readonly Frame[] {
    const first = this.#recent.findIndex((frame) => frame.step > step);
    return first < 0 ? [] : this.#recent.slice(first);
  }

  /** The whole run, thinned out, with the last frame. */
  overview(): readonly Frame[] {
    const last = this.latest();
    return last && last !== this.#overview.at(-1) ? [...this.#overview, last] : this.#overview;
  }

  /** `undefined` before the first step. */
  latest(): Frame | undefined {
    return this.#recent.at(-1);
  }
}

/** At most `most` of the frames, evenly spread, the last always among them. */
export function thinned(frames: readonly Frame[], most: number): readonly Frame[] {
  const stride = Math.ceil(frames.length / Math.max(1, most));
  return stride > 1 ? frames.filter((_, i) => (frames.length - 1 - i) % stride === 0) : frames;
}
