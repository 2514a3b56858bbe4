import { randomBytes } from "node:crypto";
import type * as vscode from "vscode";
import { ruledBy } from "../protocol/declaredModel.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import type { RunEnd, RunInfo } from "../protocol/run.ts";
import type { Spectrum } from "../protocol/spectrum.ts";
import type { Control, RunId, RunState, RunSummary } from "../protocol/webview.ts";
import type { FileState, ModelSource, Prepared, ReadProgress, RunOptions } from "../protocol/worker.ts";
import { stepsPerSecond, type Reading } from "../text/run.ts";
import { summarise, type Summary } from "../insight/findings/summarise.ts";
import { History } from "../protocol/history.ts";
import type { Increment } from "../protocol/increment.ts";
import { EVERY_CONTROL, type SourceState } from "./frameSource.ts";
import { frameAt, historyAt } from "../protocol/moment.ts";

/** Where a run came from: enough to find its declarations again, and to tell whether they have changed since. */
export interface RunOrigin {
  /** The model file; absent where the run belongs to none. */
  readonly uri?: vscode.Uri;
  /** What its file is called: relative to the workspace, for a model file. */
  readonly file: string;
  readonly model: string;
  /** The model of the file that it extends. */
  readonly base?: string;
  /** What the model came to: equal fingerprints give equal runs. */
  readonly fingerprint: string;
  /** What the text says of the run; the worker's answer replaces it. */
  readonly info: RunInfo;
  /** The file that another process writes it to, and the folder that names in it are seen from. */
  readonly stream?: { readonly file: string; readonly folder: vscode.Uri };
}

/** What a run is from its beginning. */
export interface RunBeginning {
  readonly origin: RunOrigin;
  /** Where it began before anybody knew of it. */
  readonly started?: Date;
  /** The user has started it just now, be it in another process. */
  readonly isAskedFor?: boolean;
  readonly trial?: RunSummary["trial"];
}

/** All that is needed to make a run of a model file. */
export interface RunRequest extends RunBeginning {
  readonly origin: RunOrigin & { readonly uri: vscode.Uri };
  readonly source: ModelSource;
  readonly options: RunOptions;
}

/** A run of an earlier window: what is known of it before what was recorded is read. */
export interface KeptBefore extends RunBeginning {
  readonly key: string;
  readonly started: Date;
  readonly name: string | undefined;
  readonly pinned: boolean;
  readonly end: RunEnd;
  readonly files: readonly FileState[];
  readonly said: Said;
}

/** What is said of a run without what was recorded of it. */
interface Said {
  readonly step: number;
  readonly loss: number;
  readonly severity: Summary["severity"];
  /** The settings that the severity goes by. */
  readonly rules: RuleSettings;
}

/** Speed is read over this time. */
const RATE_WINDOW_MS = 1000;

/** One run of a model: what it is, how far it came and what is kept of it. */
export class Run {
  readonly id: RunId;
  /** Its name for as long as it is kept, in whatever window. */
  readonly key: string;
  readonly started: Date;
  readonly trial: RunSummary["trial"];
  readonly #ended = Promise.withResolvers<RunEnd>();
  readonly #startedMs: number;
  /** That of its beginning, but for a file that has been renamed since. */
  origin: RunOrigin;
  /** What is known of it, the settings that it is judged by under the file's own. */
  info: RunInfo;
  /** The same as the file and the worker tell it. */
  #told: RunInfo;
  #rules: RuleSettings = {};
  /** What the user calls it. */
  name: string | undefined;
  /** It is not dropped for another, and lies under the runs that are shown. */
  pinned = false;
  /** The user does not want it under those that are shown, where it would lie by itself. */
  hidden = false;
  /** The Jacobian spectrum that was computed last, of a part of its model. */
  spectrum: Spectrum | undefined;
  /** When it was last looked at. */
  usedMs = performance.now();
  /** A copy of the worker's. */
  #history = History.EMPTY;
  /** What was recorded lies on the disk: what is said meanwhile, and how to ask for it. */
  #away: (Said & { readonly want: () => Promise<void> }) | undefined;
  state: RunState = "preparing";
  end: RunEnd | undefined;
  /** The files that it has read, as they were then. */
  files: readonly FileState[] = [];
  /** How far their reading is, while it is prepared. */
  reading: ReadProgress | undefined;
  /** They hold something else now. */
  filesChanged = false;
  readonly isAskedFor: boolean;
  /** What can be done with it from here. */
  controls: ReadonlySet<Control> = EVERY_CONTROL;
  /** The step that is looked at; `undefined`: the latest. */
  at: number | undefined;
  #readings: Reading[] = [];
  #seen: { readonly of: History; readonly step: number; readonly then: History } | undefined;
  #rowOf: ReadonlyMap<string, number> | undefined;

  constructor(id: RunId, { origin, trial, ...before }: RunBeginning & Partial<KeptBefore>) {
    this.id = id;
    this.origin = origin;
    this.trial = trial;
    this.#told = origin.info;
    this.info = origin.info;
    this.key = before.key ?? newKey();
    this.started = before.started ?? new Date();
    this.#startedMs = performance.now() - Math.max(0, Date.now() - this.started.getTime());
    this.isAskedFor = before.isAskedFor ?? false;
    this.name = before.name;
    this.pinned = before.pinned ?? false;
    this.files = before.files ?? [];
    if (before.end) this.finish(before.end);
  }

  /** What is kept of it: without the settings, which may be others by then. */
  get ownInfo(): RunInfo {
    return this.#told;
  }

  /** Another process makes it, and its file is where it is kept. */
  get isWatched(): boolean {
    return this.origin.stream !== undefined;
  }

  /** The settings that findings go by where the file has none are these from now on. */
  judge(rules: RuleSettings): void {
    this.#rules = rules;
    this.info = judgedBy(this.#told, rules);
  }

  /** What is said of it goes by the settings as they are. Else it has to be read to be judged. */
  get isJudged(): boolean {
    return !this.#away || JSON.stringify(this.#away.rules) === JSON.stringify(this.#rules);
  }

  /** All that is kept of it, where that is in memory; else it is asked for, and comes later. */
  get history(): History {
    this.usedMs = performance.now();
    void this.#away?.want();
    return this.#history;
  }

  /** Settles when what was recorded is in memory, or cannot be read. */
  async bring(): Promise<void> {
    await this.#away?.want();
  }

  /** What was recorded is in memory. */
  get isHere(): boolean {
    return !this.#away;
  }

  /** What was recorded lies on the disk, from where `want` brings it. */
  leave(want: () => Promise<void>, said: Said = this.said()): void {
    this.#away = { ...said, want };
    this.#history = History.EMPTY;
  }

  /** What was recorded has come from the disk. */
  arrive(info: RunInfo, history: History): void {
    this.#away = undefined;
    this.#history = history;
    this.informed(info);
  }

  /** What lists say of it; nothing is read for that. */
  said(): Said {
    if (this.#away) {
      const { want: _, ...said } = this.#away;
      return said;
    }
    const loss = this.#history.latest()?.loss ?? NaN;
    return { step: this.step, loss, severity: this.findings().severity, rules: this.#rules };
  }

  /** Settles when the run has ended, however it did. */
  get ended(): Promise<RunEnd> {
    return this.#ended.promise;
  }

  prepared({ info, files }: Prepared, paused: boolean): void {
    this.files = files;
    this.reading = undefined;
    this.informed(info);
    this.state = paused ? "paused" : "running";
  }

  /** More is known of it now. */
  informed(info: RunInfo): void {
    this.#told = info;
    this.judge(this.#rules);
    this.#rowOf = undefined;
  }

  /** Its source says how it goes. */
  told(said: SourceState): void {
    if (said.state === "ended") return this.finish(said.end);
    this.end = undefined; // it was taken to be lost
    if (said.state === "preparing") this.reading = said.reading;
    else if (said.info) this.prepared({ info: said.info, files: said.files ?? [] }, said.state === "paused");
    else this.turned(said.state);
  }

  /** The rows of a frame that these paths stand for; a path that the run does not know has none. */
  rows(paths: readonly string[]): readonly number[] {
    this.#rowOf ??= new Map(this.info.layers.map(({ path }, row) => [path, row]));
    const rowOf = this.#rowOf;
    return paths.flatMap((path) => rowOf.get(path) ?? []);
  }

  /** The latest step; 0 before the first. */
  get step(): number {
    return this.#away?.step ?? this.#history.tally.step;
  }

  /** Milliseconds that it has taken so far. */
  get elapsedMs(): number {
    return this.end?.elapsed_ms ?? performance.now() - this.#startedMs;
  }

  /** Throws where an increment before this one did not arrive: the worker's channel loses nothing. */
  append(increment: Increment): void {
    const history = this.#history.extended(increment);
    if (!history) throw new Error(`frames of ${this.origin.model} are missing after step ${this.step}`);
    this.#history = history;
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

  /** An end that its source can no longer tell of. */
  endHere(
    end: { readonly reason: "stopped" | "lost" } | { readonly reason: "failed"; readonly message: string },
  ): RunEnd {
    return { ...end, steps: this.step, elapsed_ms: this.elapsedMs };
  }

  /** What there is to say of it. */
  findings(): Summary {
    const { state, end, history, info } = this;
    return summarise({ run: { state, info, ...(end && { end }) }, layers: info.layers, history });
  }

  /** The history as it was at the step that is looked at. */
  historySeen(): History {
    const frame = this.at === undefined ? undefined : frameAt(this.history, this.at);
    if (!frame || frame === this.history.latest()) return this.history;
    if (this.#seen?.of !== this.history || this.#seen.step !== frame.step)
      this.#seen = { of: this.history, step: frame.step, then: historyAt(this.history, frame) };
    return this.#seen.then;
  }

  /** What there was to say of it then. */
  findingsSeen(): Summary {
    const [history, { info }] = [this.historySeen(), this];
    if (history === this.history) return this.findings();
    return summarise({ run: { state: "paused", info }, layers: info.layers, history });
  }

  summary(stale: boolean): RunSummary {
    return {
      id: this.id,
      info: this.info,
      state: this.state,
      ...(this.end && { end: this.end }),
      ...(this.reading && { reading: this.reading }),
      step: this.step,
      loss: this.#away?.loss ?? this.#history.latest()?.loss ?? NaN,
      steps_per_second: this.#rate(),
      file: this.origin.file,
      ...(this.trial && { trial: this.trial }),
      ...(this.name !== undefined && { name: this.name }),
      started: timeOf(this.started),
      stale,
      controls: [...this.controls],
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
let made = 0;

/** Those of one process are in order, even where two are made in the same millisecond. */
const newKey = (): string =>
  [Date.now().toString(36), (made++).toString(36).padStart(6, "0"), randomBytes(4).toString("hex")].join("-");

/** `14:03:22`, with the date before it where that is another day's. */
function timeOf(date: Date): string {
  const time = date.toLocaleTimeString("en-GB");
  const day = date.toLocaleDateString("sv-SE");
  return day === new Date().toLocaleDateString("sv-SE") ? time : `${day} ${time}`;
}
