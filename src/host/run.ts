import type * as vscode from "vscode";
import { ruledBy } from "../protocol/declaredModel.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import type { RunEnd, RunInfo } from "../protocol/run.ts";
import type { RunId, RunState, RunSummary } from "../protocol/webview.ts";
import type { FileState, ModelSource, Prepared, ReadProgress, RunOptions } from "../protocol/worker.ts";
import { stepsPerSecond, type Reading } from "../text/run.ts";
import { summarise, type Summary } from "../insight/findings/summarise.ts";
import { History } from "../protocol/history.ts";
import type { Increment } from "../protocol/increment.ts";

/** Where a run came from: enough to find its declarations again, and to tell whether they have changed since. */
export interface RunOrigin {
  readonly uri: vscode.Uri;
  /** Name of the model file, relative to the workspace. */
  readonly file: string;
  readonly model: string;
  /** What the model came to: equal fingerprints give equal runs. */
  readonly fingerprint: string;
  /** What the text says of the run; the worker's answer replaces it. */
  readonly info: RunInfo;
}

/** All that a run needs: what runs, and where it came from. */
export interface RunRequest {
  readonly origin: RunOrigin;
  readonly source: ModelSource;
  readonly options: RunOptions;
  /** How findings are set where the file says nothing of them. */
  readonly rules: RuleSettings;
  readonly trial?: RunSummary["trial"];
}

/** Speed is read over this time. */
const RATE_WINDOW_MS = 1000;

/** One run of a model: what it is, how far it came and what is kept of it. */
export class Run {
  readonly id: RunId;
  readonly started = new Date();
  readonly #ended = Promise.withResolvers<RunEnd>();
  readonly #startedMs = performance.now();
  readonly request: RunRequest;
  /** The request's, but for a file that has been renamed since. */
  origin: RunOrigin;
  /** A copy of the worker's. */
  history = History.EMPTY;
  /** What is known of it, the settings that it is judged by under the file's own. */
  info: RunInfo;
  /** The same as the file and the worker tell it. */
  #told: RunInfo;
  #rules: RuleSettings;
  state: RunState = "preparing";
  end: RunEnd | undefined;
  /** The files that it has read, as they were then. */
  files: readonly FileState[] = [];
  /** How far their reading is, while it is prepared. */
  reading: ReadProgress | undefined;
  /** They hold something else now. */
  filesChanged = false;
  #readings: Reading[] = [];
  #rowOf: ReadonlyMap<string, number> | undefined;

  constructor(id: RunId, request: RunRequest) {
    this.id = id;
    this.request = request;
    this.origin = request.origin;
    this.#told = request.origin.info;
    this.#rules = request.rules;
    this.info = judgedBy(this.#told, this.#rules);
  }

  /** The settings that findings go by where the file has none are these from now on. */
  judge(rules: RuleSettings): void {
    this.#rules = rules;
    this.info = judgedBy(this.#told, rules);
  }

  /** Settles when the run has ended, however it did. */
  get ended(): Promise<RunEnd> {
    return this.#ended.promise;
  }

  prepared({ info, files }: Prepared, paused: boolean): void {
    this.#told = info;
    this.info = judgedBy(info, this.#rules);
    this.files = files;
    this.reading = undefined;
    this.#rowOf = undefined;
    this.state = paused ? "paused" : "running";
  }

  /** The rows of a frame that these paths stand for; a path that the run does not know has none. */
  rows(paths: readonly string[]): readonly number[] {
    this.#rowOf ??= new Map(this.info.layers.map(({ path }, row) => [path, row]));
    const rowOf = this.#rowOf;
    return paths.flatMap((path) => rowOf.get(path) ?? []);
  }

  /** The latest step; 0 before the first. */
  get step(): number {
    return this.history.tally.step;
  }

  /** Throws where an increment before this one did not arrive: the worker's channel loses nothing. */
  append(increment: Increment): void {
    const history = this.history.extended(increment);
    if (!history) throw new Error(`frames of ${this.origin.model} are missing after step ${this.step}`);
    this.history = history;
    const now = performance.now();
    this.#readings.push({ step: this.step, ms: now });
    while (this.#readings.length > 2 && now - (this.#readings[0]?.ms ?? now) > RATE_WINDOW_MS)
      this.#readings.shift();
  }

  /** Paused, or resumed: the speed before says nothing about the one after. */
  turned(state: RunState): void {
    this.state = state;
    this.#readings = [];
  }

  /** The first end counts. */
  finish(end: RunEnd): void {
    if (this.end) return;
    this.end = end;
    this.state = "ended";
    this.#ended.resolve(end);
  }

  /** An end that the worker can no longer tell of. */
  finishHere(
    end: { readonly reason: "stopped" } | { readonly reason: "failed"; readonly message: string },
  ): void {
    this.finish({ ...end, steps: this.step, elapsed_ms: performance.now() - this.#startedMs });
  }

  /** What there is to say of it. */
  findings(): Summary {
    const { state, end, history, info } = this;
    return summarise({ run: { state, info, ...(end && { end }) }, layers: info.layers, history });
  }

  summary(stale: boolean): RunSummary {
    return {
      id: this.id,
      info: this.info,
      state: this.state,
      ...(this.end && { end: this.end }),
      ...(this.reading && { reading: this.reading }),
      step: this.step,
      loss: this.history.latest()?.loss ?? NaN,
      steps_per_second: this.#rate(),
      file: this.origin.file,
      ...(this.request.trial && { trial: this.request.trial }),
      started: this.started.toLocaleTimeString("en-GB"),
      stale,
    };
  }

  #rate(): number {
    if (this.end)
      return stepsPerSecond({ step: 0, ms: 0 }, { step: this.end.steps, ms: this.end.elapsed_ms });
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    return first && last ? stepsPerSecond(first, last) : 0;
  }
}

const judgedBy = (info: RunInfo, rules: RuleSettings): RunInfo =>
  info.declared ? { ...info, declared: ruledBy(info.declared, rules) } : info;
