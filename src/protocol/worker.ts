import type { Increment } from "./increment.ts";
import type { Problem } from "./problem.ts";
import type { RunEnd, RunInfo } from "./run.ts";

/** Where a model comes from: the text of its file, and where that lies (its data are relative to it). */
export interface ModelSource {
  readonly text: string;
  /** Absolute path of the model file. */
  readonly file: string;
  /** Absolute path of the folder that data must lie in. */
  readonly root: string;
}

/** What differs from the file for this run. */
export interface RunOptions {
  readonly steps?: number;
  readonly seed?: number;
  readonly engine?: "auto" | "scalar";
  /** How many threads may compute at a time, where that is faster; absent: one. */
  readonly threads?: number;
  /** Whether two vectors of 128 bits may be joined into one of 256, where the host can; absent: yes. */
  readonly joinVectors?: boolean;
  /** Take histograms at every n-th step; absent: as often as costs little. */
  readonly histEvery?: number;
  /** Begin paused before the first step. */
  readonly paused?: boolean;
}

/** What the host may ask of the worker. A worker runs one model at a time. */
export interface WorkerCalls {
  /** All problems of the file, those of its data included. */
  check(request: ModelSource): readonly Problem[];
  /** Starts training; ends with what is known before the first step. Rejects with the problems' messages. Stops a run that goes on. */
  start(request: {
    readonly source: ModelSource;
    readonly model: string;
    readonly options: RunOptions;
  }): RunInfo;
  pause(request: undefined): void;
  resume(request: undefined): void;
  /** Makes one step of a paused run. */
  step(request: undefined): void;
  /** Ends the run before its next step; `ended` follows. */
  stop(request: undefined): void;
}

/** What the worker tells the host. */
export interface WorkerEvents {
  /** What is new in the run's history since the last call; at most `MESSAGES_PER_SECOND` a second, and at once for a single step. */
  frames(increment: Increment): void;
  ended(end: RunEnd): void;
}
