import type * as vscode from "vscode";
import { History } from "../../protocol/history.ts";
import type { RunInfo } from "../../protocol/run.ts";
import { glance } from "../../storage/glance.ts";
import { Tail } from "../../storage/tail.ts";
import { lastWords } from "../../text/stream/lastWords.ts";
import { StreamReader } from "../../text/stream/reader.ts";
import { NO_CONTROL, Source } from "../frameSource.ts";
import type { Run } from "../run.ts";
import type { KeptBefore, StreamOrigin } from "../runOrigin.ts";
import type { Runs } from "../runs.ts";
import { Life } from "./life.ts";
import type { MarksOfFiles } from "./marksOfFiles.ts";
import { watchedOrigin } from "./origin.ts";

/** Frames are handed on so often while a long file is read. */
const EVERY_MS = 250;

/** A run that another process writes into a file, as far as it has come. */
export class StreamRun {
  readonly #file: string;
  readonly #folder: vscode.Uri;
  readonly #runs: Runs;
  readonly #marks: MarksOfFiles;
  readonly #isExpected: () => boolean;
  readonly #log: (line: string) => void;
  #tail: Tail;
  #reader = new StreamReader();
  #source: Source | undefined;
  #life: Life | undefined;
  #told: RunInfo | undefined;
  #bad = 0;
  #sentMs = 0;
  #run: Run | undefined;
  /** Nothing more will come. */
  #isOver = false;

  /** `folder`: the one that `.gradlens` lies in. `isExpected`: the user has started it just now. */
  constructor(
    file: string,
    folder: vscode.Uri,
    runs: Runs,
    marks: MarksOfFiles,
    isExpected: () => boolean,
    log: (line: string) => void,
  ) {
    this.#isExpected = isExpected;
    this.#file = file;
    this.#folder = folder;
    this.#runs = runs;
    this.#marks = marks;
    this.#log = log;
    this.#tail = new Tail(file);
  }

  /** Nothing more will come of it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get run(): Run | undefined {
    return this.#run;
  }

  /** Reads what is new. */
  async poll(): Promise<void> {
    if (this.#isOver) return;
    const first = Number.isNaN(this.#tail.modifiedMs);
    const change = await this.#tail.read((piece) => {
      this.#reader.take(piece);
      if (performance.now() - this.#sentMs >= EVERY_MS) this.#send();
    });
    if (change === "replaced") return this.#begin();
    if (change === "gone") return this.#finish(this.#run?.end ? undefined : "lost");
    this.#send();
    if (!this.#source) return this.#tellBad();
    if (change === "alive" && !first) this.#life?.sign();
    if (this.#reader.end) return this.#finish();
    if (this.#life?.isOver()) this.#lose();
    else if (this.#run?.end) this.#source.tell({ state: "running" }); // it was taken to be lost
    this.#tellBad();
  }

  /** The file is another one now: so is the run. */
  #begin(): void {
    this.#lose();
    this.#source?.dispose();
    this.#tail = new Tail(this.#file);
    this.#reader = new StreamReader();
    [this.#source, this.#life, this.#told, this.#run, this.#bad] = [
      undefined,
      undefined,
      undefined,
      undefined,
      0,
    ];
  }

  #send(): void {
    this.#sentMs = performance.now();
    const { info, recorder, refused } = this.#reader;
    if (info && !this.#source) this.#add(info);
    const [source, run] = [this.#source, this.#run];
    if (source && run && info && recorder.step() > run.step) {
      if (info !== this.#told) source.tell({ state: "running", info });
      this.#told = info;
      source.frames(recorder.since(run.step));
    }
    if (refused !== undefined) this.#refuse(refused);
  }

  #add(info: RunInfo): void {
    const source = new Source(info, NO_CONTROL);
    this.#source = source;
    this.#told = info;
    const started = info.watched?.started;
    const renames = this.#marks.renames(this.#file);
    const origin = watchedOrigin({ file: this.#file, folder: this.#folder, renames }, info);
    const isAskedFor = this.#isExpected();
    this.#run = this.#runs.add(
      {
        origin,
        isAskedFor,
        ...this.#marks.of(this.#file),
        ...(started !== undefined && { started: new Date(started) }),
      },
      source,
    );
    source.tell({ state: "running", info });
    if (info.watched) this.#life = new Life(info.watched, Date.now() - this.#tail.modifiedMs);
  }

  #refuse(why: string): void {
    this.#log(`${this.#file} is no stream of a run that can be read: ${why}.`);
    if (this.#run && !this.#run.end)
      this.#source?.tell({ state: "ended", end: this.#run.endHere({ reason: "failed", message: why }) });
    this.#isOver = true;
  }

  #finish(lost?: "lost"): void {
    this.#isOver = true;
    this.#tellBad();
    if (lost) return this.#lose();
    if (this.#reader.end) this.#source?.tell({ state: "ended", end: this.#reader.end });
  }

  #lose(): void {
    const run = this.#run;
    if (run && !run.end) this.#source?.tell({ state: "ended", end: run.endHere({ reason: "lost" }) });
  }

  /** Lines that could not be read, in the log. */
  #tellBad(): void {
    const { problems, bad } = this.#reader;
    for (const { line, message } of problems.slice(this.#bad))
      this.#log(`${this.#file}, line ${line} was left out: ${message}.`);
    if (bad > problems.length && this.#bad < problems.length) this.#log(`${this.#file}: and others.`);
    this.#bad = problems.length;
  }

  dispose(): void {
    this.#isOver = true;
    this.#source?.dispose();
  }
}

/**
 * A run whose file was there before this window and does not grow any more: its first line and its last ones are read, and the rest
 * when somebody asks. `undefined` where it may go on.
 */
export async function endedRun(stream: StreamOrigin): Promise<KeptBefore | undefined> {
  const { file } = stream;
  const seen = await glance(file);
  if (!seen) return undefined;
  const reader = new StreamReader();
  reader.take(seen.head);
  const { info } = reader;
  if (!info) return undefined;
  const { step, loss, end } = lastWords(new TextDecoder().decode(seen.ending));
  const isOver = info.watched && new Life(info.watched, Date.now() - seen.modifiedMs).isOver();
  if (!end && !isOver) return undefined;
  const started = info.watched?.started ?? seen.modifiedMs;
  return {
    key: file,
    origin: watchedOrigin(stream, info),
    started: new Date(started),
    end: end ?? { reason: "lost", steps: step, elapsed_ms: Math.max(0, seen.modifiedMs - started) },
    files: [],
    said: { step, loss, severity: "ok" },
  };
}

/** All of a file. */
export async function wholeRun(
  file: string,
): Promise<{ readonly info: RunInfo; readonly history: History } | undefined> {
  const reader = new StreamReader();
  await new Tail(file).read((piece) => reader.take(piece));
  const history = History.EMPTY.extended(reader.recorder.since(0));
  return reader.info && history && { info: reader.info, history };
}
