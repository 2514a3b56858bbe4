import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import type { EngineProcess } from "../process/engineHome.ts";
import { PATHS } from "../protocol/path.ts";
import type { Problem } from "../protocol/problem.ts";
import type { RunEnd } from "../protocol/run.ts";
import { messageOf } from "../protocol/rpc.ts";
import type { FileState, ModelSource, WorkerCalls, WorkerEvents } from "../protocol/worker.ts";
import type { PartPath, Spectrum } from "../protocol/spectrum.ts";
import type { TrialRun, TrialsProgress, TrialsResult } from "../protocol/trials.ts";
import { EVERY_CONTROL, Source } from "./frameSource.ts";
import type { Run } from "./run.ts";
import type { RunRequest } from "./runOrigin.ts";
import type { Runs } from "./runs.ts";
import { settings } from "./settings.ts";
import { EngineConnection } from "./engineConnection.ts";

/** How long a run may take to stop by itself before its thread is ended: no step of a model is waited for. */
const PATIENCE_MS = 120;

/**
 * Makes runs, one at a time: starting another stops the one that goes on. The thread is started when it is first needed, and
 * anew after it broke or was ended.
 */
export class Trainer {
  readonly #runs: Runs;
  readonly #file: string;
  readonly #log: (line: string) => void;
  readonly #broke = new vscode.EventEmitter<{ readonly run: Run | undefined; readonly reason: string }>();
  /** The thread ended by itself: a bug, or too little memory. */
  readonly onDidBreak = this.#broke.event;
  readonly #computing = new vscode.EventEmitter<number>();
  /** A spectrum is being computed: the share that is done. */
  readonly onDidCompute = this.#computing.event;
  readonly #tried = new vscode.EventEmitter<TrialsProgress>();
  /** Fixes are being tried, and one of the candidates has got further. */
  readonly onDidTry = this.#tried.event;
  /** The run that was asked for last. */
  #latest: Run | undefined;
  /** The run that the thread works on: its events are this run's. */
  #training: Run | undefined;
  /** The run that was asked to stop: one that is still prepared ends by its start being refused. */
  #stopping: Run | undefined;
  readonly #sources = new WeakMap<Run, Source>();
  #thread: EngineConnection | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** `file` is the thread's script. */
  constructor(runs: Runs, file: string, log: (line: string) => void) {
    this.#runs = runs;
    this.#file = file;
    this.#log = log;
  }

  /** The run that was started last. */
  latest(): Run | undefined {
    return this.#latest;
  }

  /** The run that goes on, is prepared or is paused. */
  active(): Run | undefined {
    return this.#latest?.end ? undefined : this.#latest;
  }

  /** Returns at once; the run says how far it is. */
  start(request: RunRequest): Run {
    const stopped = this.stop();
    const source = new Source(request.origin.info, EVERY_CONTROL);
    const run = this.#runs.add(request, source);
    this.#sources.set(run, source);
    this.#latest = run;
    this.#turn = Promise.all([this.#turn, stopped]).then(() => this.#begin(run, request));
    return run;
  }

  async pause(): Promise<void> {
    await this.#tell("pause", "running", "paused");
  }

  async resume(): Promise<void> {
    await this.#tell("resume", "paused", "running");
  }

  /** One step of a run that is paused; a run that goes on is paused first. */
  async step(): Promise<void> {
    await this.pause();
    if (this.active()?.state === "paused") await this.#thread?.rpc.call("step", undefined);
  }

  /** Ends the run, at the latest after `PATIENCE_MS`; its frames so far are kept. */
  async stop(): Promise<void> {
    const run = this.active();
    if (!run) return;
    this.#stopping = run;
    const thread = this.#thread;
    // A thread that ends meanwhile answers with a ClosedError, which is as good as an answer.
    thread?.rpc.call("stop", undefined).catch(() => undefined);
    await Promise.race([run.ended, delay(PATIENCE_MS)]);
    if (run.end) return;
    this.#end(run, run.endHere({ reason: "stopped" }));
    if (thread === this.#thread) this.#thread = undefined;
    await thread?.terminate();
  }

  /** All problems of a model file, those of its data included. Rejects when the thread ends meanwhile. */
  check(source: ModelSource): Promise<readonly Problem[]> {
    return this.#ensureThread().rpc.call("check", source);
  }

  /** A model file was closed. */
  forget(file: string): void {
    // A thread that ends meanwhile has forgotten everything.
    this.#thread?.rpc.call("forget", { file }).catch(() => undefined);
  }

  /** The files of a model file as they are now. Rejects when the thread ends meanwhile. */
  states(
    source: Pick<ModelSource, "file" | "root">,
    paths: readonly string[],
  ): Promise<readonly FileState[]> {
    const { file, root } = source;
    return this.#ensureThread().rpc.call("states", { file, root, paths });
  }

  /** Finds out by trying which fixes make a model better, beside a run that goes on. Rejects by `stopFixes`, and when the thread ends. */
  tryFixes(request: Parameters<WorkerCalls["tryFixes"]>[0]): Promise<TrialsResult> {
    return this.#ensureThread().rpc.call("tryFixes", request);
  }

  stopFixes(): void {
    // A thread that ends meanwhile tries nothing any more.
    this.#thread?.rpc.call("stopFixes", undefined).catch(() => undefined);
  }

  /** The first steps of a model, where nothing comes in between. Rejects when the thread ends, and when it has failed. */
  probe(request: Parameters<WorkerCalls["probe"]>[0]): Promise<TrialRun | undefined> {
    return this.#ensureThread().rpc.call("probe", request);
  }

  stopProbe(): void {
    // A thread that ends meanwhile probes nothing any more.
    this.#thread?.rpc.call("stopProbe", undefined).catch(() => undefined);
  }

  /** The Jacobian spectrum of a part of the run that was started last. Rejects in words, by `stopSpectrum`, and when the thread ends. */
  spectrum(path: PartPath): Promise<Spectrum> {
    return this.#ensureThread().rpc.call("spectrum", { path });
  }

  stopSpectrum(): void {
    // A thread that ends meanwhile computes nothing any more.
    this.#thread?.rpc.call("stopSpectrum", undefined).catch(() => undefined);
  }

  async dispose(): Promise<void> {
    const run = this.active();
    run?.finish(run.endHere({ reason: "stopped" }));
    this.#broke.dispose();
    this.#computing.dispose();
    this.#tried.dispose();
    await this.#thread?.terminate();
  }

  async #begin(run: Run, { origin, source, options }: RunRequest): Promise<void> {
    if (run.end) return;
    try {
      const thread = this.#ensureThread();
      this.#training = run;
      const prepared = await thread.rpc.call("start", { source, model: origin.model, options });
      if (run.end) return;
      this.#log(computesOf(run.id, prepared.info.engine, this.#thread?.where, options.threads));
      this.#sources.get(run)?.tell({ state: options.paused ? "paused" : "running", ...prepared });
    } catch (error) {
      const failed = { reason: "failed", message: messageOf(error) } as const;
      this.#end(run, run.endHere(this.#stopping === run ? { reason: "stopped" } : failed));
    }
  }

  async #tell(call: "pause" | "resume", from: Run["state"], to: "running" | "paused"): Promise<void> {
    const run = this.active();
    if (run?.state !== from) return;
    await this.#thread?.rpc.call(call, undefined);
    this.#sources.get(run)?.tell({ state: to });
  }

  #end(run: Run, end: RunEnd): void {
    this.#sources.get(run)?.tell({ state: "ended", end });
  }

  #ensureThread(): EngineConnection {
    const where = settings.engineProcess();
    const run = this.active();
    const idle = !run || run !== this.#training; // a run that is not begun yet may begin elsewhere
    if (idle && this.#thread && this.#thread.where !== where) this.#letGo();
    this.#thread ??= new EngineConnection(this.#file, where, this.#events(), this.#log, (thread, reason) =>
      this.#exited(thread, reason),
    );
    return this.#thread;
  }

  /** The settings want the engine elsewhere: what the thread was asked meanwhile is answered with a `ClosedError`. */
  #letGo(): void {
    void this.#thread?.terminate();
    this.#thread = undefined;
  }

  /** What the thread tells of the run that it works on. A run that has ended hears nothing more. */
  #events(): WorkerEvents {
    return {
      reading: (progress) => {
        const run = this.#training;
        if (run?.state !== "preparing") return;
        this.#sources.get(run)?.tell({ state: "preparing", reading: progress });
      },
      frames: (increment) => {
        if (this.#training) this.#sources.get(this.#training)?.frames(increment);
      },
      ended: (end) => {
        const run = this.#training;
        if (run) this.#end(run, end);
      },
      path: (path) => {
        if (this.#training) this.#log(`Run ${this.#training.id}: ${PATHS[path]}.`);
      },
      computing: (share) => this.#computing.fire(share),
      trial: (progress) => this.#tried.fire(progress),
    };
  }

  #exited(thread: EngineConnection, reason: string): void {
    if (thread !== this.#thread) return;
    this.#thread = undefined;
    const run = this.active();
    if (run) this.#end(run, run.endHere({ reason: "failed", message: reason }));
    this.#broke.fire({ run, reason });
  }
}

const PLACES = { host: "a thread of the extension host", own: "a process of its own" } as const;

/** What computes a run, for the log. */
function computesOf(run: number, engine: string, where: EngineProcess = "host", threads = 1): string {
  const bits = engine.startsWith("wasm") && !engine.includes("bits") ? ", 128 bits" : "";
  const share = threads === 1 ? "one thread" : `at most ${threads} threads, where they help`;
  return `Run ${run}: engine "${engine}"${bits}, in ${PLACES[where]}, ${share}.`;
}
