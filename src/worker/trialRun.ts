import { ruledBy, type DeclaredModel } from "../protocol/declaredModel.ts";
import type { Frame } from "../protocol/frame.ts";
import { History } from "../protocol/history.ts";
import { Recorder } from "../protocol/recorder.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import type { RunEnd } from "../protocol/run.ts";
import type { Outcome, Training } from "../engine/training/training.ts";
import type { TrialRun as ShownRun } from "../protocol/trials.ts";

/** How long the thread computes before it looks for messages, in milliseconds. */
const SLICE_MS = 10;

/** A training that goes on from where it stopped, as often as it is asked to. */
export class TrialRun {
  readonly info: Training["info"];
  /** What it is judged by. */
  readonly declared: DeclaredModel | undefined;
  readonly #steps: Generator<Frame, Outcome>;
  readonly #recorder = new Recorder();
  #made = 0;
  #elapsed = 0;
  #end: RunEnd | undefined;

  /** `rules`: how findings are set where the file says nothing of them. */
  constructor(training: Pick<Training, "steps" | "info">, rules: RuleSettings = {}) {
    this.info = training.info;
    this.declared = this.info.declared && ruledBy(this.info.declared, rules);
    this.#steps = training.steps();
  }

  get made(): number {
    return this.#made;
  }

  get elapsedMs(): number {
    return this.#elapsed;
  }

  /** Makes steps until there are so many, or the run has ended; lets messages through. Rejects with the signal's reason. */
  async advance(steps: number, signal?: AbortSignal): Promise<void> {
    while (this.#made < steps && !this.#end) {
      signal?.throwIfAborted();
      this.#slice(steps);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #slice(steps: number): void {
    const started = performance.now();
    for (let now = started; now - started < SLICE_MS && this.#made < steps; now = performance.now()) {
      const result = this.#steps.next();
      if (result.done) {
        this.#elapsed += performance.now() - started;
        this.#close(result.value);
        return;
      }
      this.#made++;
      this.#recorder.push(result.value);
    }
    this.#elapsed += performance.now() - started;
    if (this.#made === this.info.steps) this.#close(this.#steps.next().value as Outcome);
  }

  #close(outcome: Outcome): void {
    const how = outcome ? { reason: "non_finite" as const, ...outcome } : { reason: "completed" as const };
    this.#end = { ...how, steps: this.#made, elapsed_ms: this.#elapsed };
  }

  get end(): RunEnd | undefined {
    return this.#end;
  }

  history(): History {
    return History.EMPTY.extended(this.#recorder.since(0)) ?? History.EMPTY;
  }

  /** All that a panel needs to show it. */
  shown(): ShownRun {
    const end = this.#end ?? { reason: "stopped", steps: this.#made, elapsed_ms: this.#elapsed };
    return { info: this.info, end, history: this.#recorder.since(0) };
  }

  /** Lets go of its memory and of threads that help. Idempotent. */
  dispose(): void {
    this.#steps.return(undefined);
  }
}
