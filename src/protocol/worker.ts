import type { Increment } from "./increment.ts";
import type { Path } from "./path.ts";
import type { Problem } from "./problem.ts";
import type { RuleSettings } from "./rules.ts";
import type { RunEnd, RunInfo } from "./run.ts";
import type { PartPath, Spectrum } from "./spectrum.ts";
import type { TrialRun, TrialsProgress, TrialsResult } from "./trials.ts";

/** Where a model comes from: the text of its file, and where that lies (its data are relative to it). */
export interface ModelSource {
  readonly text: string;
  /** Absolute path of the model file. */
  readonly file: string;
  /** Absolute path of the folder that data must lie in. */
  readonly root: string;
}

/** A file that a run or a check looks at: equal states, equal content, as far as one can tell without reading it. */
export interface FileState {
  /** As the model file names it. */
  readonly path: string;
  /** Size and time of its last change; why it cannot be read, where that is so. */
  readonly state: string;
}

/** How far the reading of a file is. */
export interface ReadProgress {
  /** As the model file names it. */
  readonly file: string;
  /** Bytes. */
  readonly read: number;
  readonly total: number;
}

/** A run that is about to begin. */
export interface Prepared {
  readonly info: RunInfo;
  /** The files that it has read, as they were then. */
  readonly files: readonly FileState[];
}

/** What differs from the file for this run. */
export interface RunOptions {
  readonly steps?: number;
  readonly seed?: number;
  readonly engine?: "auto" | "scalar";
  /** How many threads may compute at a time, where that is faster; absent: one. */
  readonly threads?: number;
  /** Take histograms at every n-th step; absent: as often as costs little. */
  readonly histEvery?: number;
  /** Begin paused before the first step. */
  readonly paused?: boolean;
}

/** What the host may ask of the worker. A worker runs one model at a time. */
export interface WorkerCalls {
  /**
   * All problems of the file, those of its data included. A run goes first: what takes long waits until it is over or paused.
   * Rejects when another check of the same file is asked for meanwhile, and by `forget`.
   */
  check(request: ModelSource): readonly Problem[];
  /** The file is closed: nobody waits for what is being checked of it. */
  forget(request: Pick<ModelSource, "file">): void;
  /** The files of a model file as they are now, in this order. */
  states(
    request: Pick<ModelSource, "file" | "root"> & { readonly paths: readonly string[] },
  ): readonly FileState[];
  /**
   * Starts training; ends with what is known before the first step. Rejects with the problems' messages, and by `stop`. Stops a
   * run that goes on.
   */
  start(request: {
    readonly source: ModelSource;
    readonly model: string;
    readonly options: RunOptions;
  }): Prepared;
  pause(request: undefined): void;
  resume(request: undefined): void;
  /** Makes one step of a paused run. */
  step(request: undefined): void;
  /** Ends the run before its next step; `ended` follows. Of a run that is still prepared, `start` rejects. */
  stop(request: undefined): void;
  /**
   * Runs the model as it is and with fixes, beside a run that goes on, and tells how each does (`trial`). Rejects with the
   * problems' messages, by `stopFixes`, and when fixes are tried anew.
   */
  tryFixes(request: {
    readonly source: ModelSource;
    readonly model: string;
    readonly options: RunOptions;
    /** How findings are set where the file says nothing of them. */
    readonly rules: RuleSettings;
    /** Id of the finding whose fixes are tried before those of others. */
    readonly finding?: string;
  }): TrialsResult;
  stopFixes(request: undefined): void;
  /**
   * Initialises a model and makes its first steps, while nothing else runs. `undefined` where that was not to be: by `stopProbe`,
   * where something is probed or run meanwhile, and where the model or its data do not serve. What was compiled is kept for another
   * seed until `stopProbe`.
   */
  probe(request: {
    readonly source: ModelSource;
    readonly model: string;
    readonly options: RunOptions;
    /** Added to the model's own. */
    readonly seed: number;
    readonly steps: number;
    readonly patienceMs: number;
  }): TrialRun | undefined;
  stopProbe(request: undefined): void;
  /**
   * The Jacobian spectrum of a part of the model that was started last, at its weights as they are, beside a run that goes on
   * (`computing` tells how far it is). Rejects in words where there is none, by `stopSpectrum`, and when another is asked for.
   */
  spectrum(request: { readonly path: PartPath }): Spectrum;
  stopSpectrum(request: undefined): void;
}

/** What the worker tells the host. */
export interface WorkerEvents {
  /** How far the reading of a run's files is, before it begins. A few times a second. */
  reading(progress: ReadProgress): void;
  /** What is new in the run's history since the last call; at most `MESSAGES_PER_SECOND` a second, and at once for a single step. */
  frames(increment: Increment): void;
  ended(end: RunEnd): void;
  /** The run makes its calls in another way from here on. */
  path(path: Path): void;
  /** What share of a spectrum is computed. */
  computing(share: number): void;
  /** A model that fixes are tried on has got further. */
  trial(progress: TrialsProgress): void;
}
