import { randomBytes } from "node:crypto";
import { summarise, type Summary } from "../insight/findings/summarise.ts";
import { ruledBy } from "../protocol/declaredModel.ts";
import type { History } from "../protocol/history.ts";
import type { Increment } from "../protocol/increment.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import type { RunEnd, RunInfo } from "../protocol/run.ts";
import type { Spectrum } from "../protocol/spectrum.ts";
import type { Control, RunId, RunState, RunSummary } from "../protocol/webview.ts";
import type { FileState, Prepared, ReadProgress } from "../protocol/worker.ts";
import { EVERY_CONTROL, type SourceState } from "./frameSource.ts";
import { Moment } from "./moment.ts";
import { Recorded, type Said } from "./recorded.ts";
import type { KeptBefore, RunBeginning, RunMarks, RunOrigin } from "./runOrigin.ts";
import { Speed } from "./speed.ts";

/** One run of a model: what it is, how far it came and what is kept of it. */
export class Run {
  readonly id: RunId;
  /** Its name for as long as it is kept, in whatever window. */
  readonly key: string;
  readonly started: Date;
  readonly trial: RunSummary["trial"];
  readonly isAskedFor: boolean;
  readonly record = new Recorded();
  readonly speed = new Speed();
  /** The step that is looked at. */
  readonly moment = new Moment();
  /** That of its beginning, but for a file that has been renamed since. */
  origin: RunOrigin;
  /** What is known of it, the settings that it is judged by under the file's own. */
  info: RunInfo;
  name: RunMarks["name"] | undefined;
  pinned: boolean;
  hidden: boolean;
  /** The Jacobian spectrum that was computed last, of a part of its model. */
  spectrum: Spectrum | undefined;
  state: RunState = "preparing";
  end: RunEnd | undefined;
  /** The files that it has read, as they were then. */
  files: readonly FileState[] = [];
  /** How far their reading is, while it is prepared. */
  reading: ReadProgress | undefined;
  /** They hold something else now. */
  filesChanged = false;
  /** What can be done with it from here. */
  controls: ReadonlySet<Control> = EVERY_CONTROL;
  /** What the file and the worker tell of it. */
  #told: RunInfo;
  #rules: RuleSettings = {};
  readonly #startedMs: number;
  readonly #ended = Promise.withResolvers<RunEnd>();
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
    this.hidden = before.hidden ?? false;
    this.files = before.files ?? [];
    if (before.end) this.finish(before.end);
  }

  /** What is kept of it: without the settings, which may be others by then. */
  get ownInfo(): RunInfo {
    return this.#told;
  }

  /** What the user has said of it. */
  get marks(): RunMarks {
    const { name, pinned, hidden } = this;
    return { ...(name !== undefined && { name }), ...(pinned && { pinned }), ...(hidden && { hidden }) };
  }

  /** Another process makes it, and its file is where it is kept. */
  get isWatched(): boolean {
    return this.origin.stream !== undefined;
  }

  /** All that is kept of it, where that is in memory; else it is asked for, and comes later. */
  get history(): History {
    return this.record.history;
  }

  /** The latest step; 0 before the first. */
  get step(): number {
    return this.record.step;
  }

  /** Milliseconds that it has taken so far. */
  get elapsedMs(): number {
    return this.end?.elapsed_ms ?? performance.now() - this.#startedMs;
  }

  /** Settles when the run has ended, however it did. */
  get ended(): Promise<RunEnd> {
    return this.#ended.promise;
  }

  /** The settings that findings go by where the file has none are these from now on. */
  judge(rules: RuleSettings): void {
    this.#rules = rules;
    this.info = judgedBy(this.#told, rules);
  }

  /** What is said of it goes by the settings as they are. Else it has to be read to be judged. */
  get isJudged(): boolean {
    const { said } = this.record;
    return !said || JSON.stringify(said.rules ?? null) === JSON.stringify(this.#rules);
  }

  /** What lists say of it; nothing is read for that. */
  said(): Said {
    const { said, step, loss } = this.record;
    return said ?? { step, loss, severity: this.findings().severity, rules: this.#rules };
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

  /** What was recorded has come from the disk. */
  arrive(info: RunInfo, history: History): void {
    this.record.arrive(history);
    this.informed(info);
  }

  /** Its source says how it goes. */
  told(said: SourceState): void {
    if (said.state === "ended") return this.finish(said.end);
    this.end = undefined; // it was taken to be lost
    if (said.state === "preparing") this.reading = said.reading;
    else if (said.info) this.prepared({ info: said.info, files: said.files ?? [] }, said.state === "paused");
    else this.turned(said.state);
  }

  /** Throws where an increment before this one did not arrive: the worker's channel loses nothing. */
  append(increment: Increment): void {
    if (!this.record.extend(increment))
      throw new Error(`frames of ${this.origin.model} are missing after step ${this.step}`);
    this.speed.at(this.step);
  }

  /** Paused, or resumed. */
  turned(state: RunState): void {
    this.state = state;
    this.speed.forget();
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

  /** The rows of a frame that these paths stand for; a path that the run does not know has none. */
  rows(paths: readonly string[]): readonly number[] {
    this.#rowOf ??= new Map(this.info.layers.map(({ path }, row) => [path, row]));
    const rowOf = this.#rowOf;
    return paths.flatMap((path) => rowOf.get(path) ?? []);
  }

  /** What there is to say of it. */
  findings(): Summary {
    const { state, end, history, info } = this;
    return summarise({ run: { state, info, ...(end && { end }) }, layers: info.layers, history });
  }

  /** The history as it was at the step that is looked at. */
  historySeen(): History {
    return this.moment.of(this.history);
  }

  /** What there was to say of it then. */
  findingsSeen(): Summary {
    const [history, { info }] = [this.historySeen(), this];
    if (history === this.history) return this.findings();
    return summarise({ run: { state: "paused", info }, layers: info.layers, history });
  }
}

const judgedBy = (info: RunInfo, rules: RuleSettings): RunInfo =>
  info.declared ? { ...info, declared: ruledBy(info.declared, rules) } : { ...info, rules };

let made = 0;

/** Those of one process are in order, even where two are made in the same millisecond. */
const newKey = (): string =>
  [Date.now().toString(36), (made++).toString(36).padStart(6, "0"), randomBytes(4).toString("hex")].join("-");
