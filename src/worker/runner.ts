import { copyFrame, type Frame } from "../protocol/frame.ts";
import { History } from "../protocol/history.ts";
import type { RunEnd } from "../protocol/run.ts";
import { MESSAGES_PER_SECOND } from "../protocol/webview.ts";
import type { Outcome, Training } from "../engine/training.ts";

/** How long the thread computes before it looks for messages, in milliseconds. */
const SLICE_MS = 10;

/**
 * Capacity of what waits to be handed over. A small model makes thousands of steps between two messages; their frames are
 * thinned out here as the host would thin them out, since it is their mere number that would hold it up.
 */
const WAITING = 200;

export interface RunnerEvents {
  /** Frames since the last call, oldest first: all, or as many as `History` keeps. */
  frames(frames: readonly Frame[]): void;
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
  #outbox = new History(WAITING);
  #sent = -Infinity;

  constructor(training: Pick<Training, "steps">, events: RunnerEvents, paused = false) {
    this.#steps = training.steps();
    this.#events = events;
    this.#paused = paused;
    this.#schedule();
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
        this.#outbox.push([copyFrame(result.value)]);
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
    const frames = this.#outbox.frames();
    if (frames.length === 0) return;
    this.#outbox = new History(WAITING);
    this.#sent = performance.now();
    this.#events.frames(frames);
  }

  #end(how: EndReason): void {
    this.#ended = true;
    this.#steps.return(undefined); // lets helping threads go
    this.#flush();
    this.#events.ended({ ...how, steps: this.#made, elapsed_ms: this.#elapsed });
  }
}

type EndReason =
  | { readonly reason: "completed" | "stopped" }
  | { readonly reason: "failed"; readonly message: string }
  | ({ readonly reason: "non_finite" } & NonNullable<Outcome>);
