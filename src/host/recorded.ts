import type { Summary } from "../insight/findings/summarise.ts";
import { History } from "../protocol/history.ts";
import type { Increment } from "../protocol/increment.ts";
import type { RuleSettings } from "../protocol/rules.ts";

/** What is said of a run without what was recorded of it. */
export interface Said {
  readonly step: number;
  readonly loss: number;
  readonly severity: Summary["severity"];
  /** The settings that the severity goes by; absent: nobody has judged it yet. */
  readonly rules?: RuleSettings;
}

/** What was recorded of a run: a copy of the worker's in memory, or on the disk, from where it comes when somebody looks. */
export class Recorded {
  /** When somebody looked last. */
  usedMs = performance.now();
  #history = History.EMPTY;
  /** It lies on the disk: what is said meanwhile. */
  #away: Said | undefined;
  /** How it comes from there, and whether it is on its way. */
  #want: (() => Promise<void>) | undefined;
  #asked: Promise<void> | undefined;

  /** All of it, where it is in memory; else it is asked for, and comes later. */
  get history(): History {
    this.usedMs = performance.now();
    void this.bring();
    return this.#history;
  }

  /** It is in memory. */
  get isHere(): boolean {
    return !this.#away;
  }

  /** What is said of it while it lies on the disk. */
  get said(): Said | undefined {
    return this.#away;
  }

  /** The latest step; 0 before the first. Nothing is read for that. */
  get step(): number {
    return this.#away?.step ?? this.#history.tally.step;
  }

  /** The loss of the latest step, likewise; NaN before the first. */
  get loss(): number {
    return this.#away?.loss ?? this.#history.latest()?.loss ?? NaN;
  }

  /** Settles when it is in memory, or cannot be read. It is read once, however many ask. */
  async bring(): Promise<void> {
    if (!this.#away || !this.#want) return;
    this.#asked ??= this.#want().finally(() => (this.#asked = undefined));
    await this.#asked;
  }

  /** It lies on the disk now, from where `want` brings it: as it did before, by default. */
  leave(said: Said, want = this.#want): void {
    this.#away = said;
    this.#want = want;
    this.#history = History.EMPTY;
  }

  /** It has come from the disk. */
  arrive(history: History): void {
    this.#away = undefined;
    this.#history = history;
  }

  /** Adds what is new; `false` where something is missing in between. */
  extend(increment: Increment): boolean {
    const history = this.#history.extended(increment);
    if (history) this.#history = history;
    return history !== undefined;
  }
}
