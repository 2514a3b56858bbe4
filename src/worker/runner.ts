import type { Frame } from "../protocol/frame.ts";
import type { Increment } from "../protocol/increment.ts";
import { Recorder } from "../protocol/recorder.ts";
import type { RunEnd } from "../protocol/run.ts";
import { MESSAGES_PER_SECOND } from "../protocol/webview.ts";
import type { Outcome, Training } from "../engine/training/training.ts";

/** How long the thread computes before it looks for messages, in milliseconds. */
const SLICE_MS = 10;

export interface RunnerEvents {
  /** What is new in the run's history since the last call. */
  frames(increment: Increment): void;
  ended(end: RunEnd): void;
}

/**
 * Makes the steps of a training at its own pace: as many as fit into a slice of time, then it lets messages through.
 * The time between slices, and while paused, does not count.
 */
export class Runner {
  readonly #steps: Generator<Frame, Outcome>;
  readonly #events: RunnerEvents;
  #paused: boolean;
  #made = 0;
  #elapsed = 0;
  #ended = false;
  #scheduled = false;
  readonly #history = new Recorder();
  #sentStep = 0;
  #sent = -Infinity;

  constructor(training: Pick<Training, "steps">, events: RunnerEvents, paused = false) {
    this.#steps = training.steps();
    this.#events = events;
    this.#paused = paused;
    this.#schedule();
  }

  /** Steps that it has made. */
  get made(): number {
    return this.#made;
  }

  pause(): void {
    this.#paused = true;
    this.#flush();
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  /** One step of a paused run. */
  step(): void {
    if (this.#ended || !this.#paused) return;
    this.#advance(1, Infinity);
    this.#flush();
  }

  /** Ends the run before its next step; does nothing where it has ended. */
  stop(): void {
    if (!this.#ended) this.#end({ reason: "stopped" });
  }

  #schedule(): void {
    if (this.#scheduled || this.#ended || this.#paused) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#ended || this.#paused) return;
      this.#advance(Infinity, performance.now() + SLICE_MS);
      if (performance.now() - this.#sent >= 1000 / MESSAGES_PER_SECOND) this.#flush();
      this.#schedule();
    });
  }

  #advance(steps: number, until: number): void {
    const started = performance.now();
    try {
      for (let i = 0; i < steps && !this.#ended; i++) {
        const result = this.#steps.next();
        if (result.done) {
          this.#count(started);
          this.#end(result.value ? { reason: "non_finite", ...result.value } : { reason: "completed" });
          return;
        }
        this.#made++;
        this.#history.push(result.value);
        if (performance.now() >= until) break;
      }
      this.#count(started);
    } catch (error) {
      this.#count(started);
      this.#end({ reason: "failed", message: error instanceof Error ? error.message : String(error) });
    }
  }

  #count(started: number): void {
    this.#elapsed += performance.now() - started;
  }

  #flush(): void {
    if (this.#history.step() === this.#sentStep) return;
    const increment = this.#history.since(this.#sentStep);
    this.#sentStep = this.#history.step();
    this.#sent = performance.now();
    this.#events.frames(increment);
  }

  #end(how: EndReason): void {
    this.#ended = true;
    this.#steps.return(undefined); // releases other threads
    this.#flush();
    this.#events.ended({ ...how, steps: this.#made, elapsed_ms: this.#elapsed });
  }
}

type EndReason =
  | { readonly reason: "completed" | "stopped" }
  | { readonly reason: "failed"; readonly message: string }
  | ({ readonly reason: "non_finite" } & NonNullable<Outcome>);
