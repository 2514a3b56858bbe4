import * as vscode from "vscode";
import { messageOf } from "../protocol/rpc.ts";
import type { RunEnd } from "../protocol/run.ts";
import { VERSION, type RunHead } from "../storage/keptRun.ts";
import type { Kept, RunFiles } from "../storage/runFiles.ts";
import { plain, type Plain } from "../text/quote.ts";
import type { Run } from "./run.ts";
import type { KeptBefore } from "./runOrigin.ts";
import type { RunChange, Runs } from "./runs.ts";
import { warn } from "./say.ts";
import { settings } from "./settings.ts";
import { Throttle } from "./throttle.ts";

/** A run that goes on is written so often: what a reload interrupts is there up to then. */
const WRITE_MS = 5_000;

/** Runs whose records are held in memory, beside those of the last minute; the others are read when somebody looks at them. */
const MOST_HERE = 10;
const IDLE_MS = 60_000;

const MB = 1e6;

/**
 * Keeps the runs of the workspace on the disk, across windows: written when they end, and now and then before; read when
 * somebody looks at them. What cannot be kept is said once, and goes on.
 */
export class KeptRuns implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #files: RunFiles;
  /** Runs on the disk, with the size of their files. */
  readonly #bytes = new Map<string, number>();
  /** Runs that are not written as they are now: all of it, or the head alone. */
  readonly #due = new Map<Run, "all" | "head">();
  readonly #write = new Throttle(
    () => WRITE_MS,
    () => void this.flush(),
  );
  readonly #subscription: vscode.Disposable;
  #turn: Promise<void> = Promise.resolve();
  #complained = false;

  constructor(runs: Runs, files: RunFiles) {
    this.#runs = runs;
    this.#files = files;
    this.#subscription = runs.onDidChange((change) => this.#onRun(change));
  }

  /** Lists the runs of earlier windows. Nobody waits for it. */
  async restore(): Promise<void> {
    const { kept, damaged } = await this.#files.list();
    for (const { key, bytes } of kept) this.#bytes.set(key, bytes);
    const earlier = kept.map(before);
    const runs = this.#runs.restore(earlier);
    for (const [i, run] of runs.entries())
      run.record.leave(earlier[i]?.said ?? run.said(), () => this.#read(run));
    for (const run of runs.toReversed()) this.#runs.changed(run, "restored");
    for (const { key, reason } of damaged) {
      this.#say(plain`A run that was kept cannot be read, and is gone: ${reason}.`);
      await this.#files.remove(key).catch(() => undefined);
    }
  }

  /** Writes what is not written yet; settles when it is, or cannot be. */
  flush(): Promise<void> {
    const due = [...this.#due];
    this.#due.clear();
    for (const [run, what] of due) this.#turn = this.#turn.then(() => this.#keep(run, what));
    this.#turn = this.#turn.then(() => this.#bound());
    return this.#turn;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#write.dispose();
  }

  /** A watched run has a file of its own. */
  #onRun({ run, what }: RunChange): void {
    if (run.isWatched) return;
    switch (what) {
      case "added":
        return;
      case "arrived":
        return this.#leaveOthers();
      case "frames":
        this.#due.set(run, "all");
        return this.#write.request();
      case "restored": // by one that had taken it away, too
      case "state":
        if (what === "restored" && this.#bytes.has(run.key)) return;
        this.#due.set(run, run.record.isHere ? "all" : "head");
        if (run.end) return void this.flush();
        return this.#write.request();
      case "removed":
        this.#due.delete(run);
        this.#bytes.delete(run.key);
        this.#turn = this.#turn.then(() => this.#remove(run));
        return;
      case "moment":
      case "spectrum":
        return;
      default:
        what satisfies never;
    }
  }

  async #keep(run: Run, what: "all" | "head"): Promise<void> {
    if (!this.#runs.all().includes(run)) return;
    const body =
      what === "all" && run.record.isHere ? { info: run.ownInfo, history: run.history.since(0) } : undefined;
    try {
      this.#bytes.set(run.key, await this.#files.write(run.key, headOf(run), body));
      this.#complained = false;
    } catch (error) {
      if (!this.#due.has(run)) this.#due.set(run, what); // with the next one
      this.#complain(error);
    }
    this.#leaveOthers();
  }

  async #remove(run: Run): Promise<void> {
    this.#bytes.delete(run.key);
    await this.#files.remove(run.key).catch((error: unknown) => this.#complain(error));
  }

  /** The oldest that nobody has pinned go where there is no room for them. */
  async #bound(): Promise<void> {
    const sum = (): number => [...this.#bytes.values()].reduce((all, bytes) => all + bytes, 0);
    while (sum() > settings.storageLimit() * MB) {
      const oldest = this.#runs.all().find(({ pinned, end, key }) => end && !pinned && this.#bytes.has(key));
      if (!oldest) return;
      await this.#remove(oldest);
      this.#runs.remove(oldest);
    }
  }

  /** Those that nobody has looked at for longest leave the memory. */
  #leaveOthers(): void {
    const here = this.#runs
      .all()
      .filter((run) => run.end && run.record.isHere && this.#bytes.has(run.key) && !this.#due.has(run))
      .sort((a, b) => b.record.usedMs - a.record.usedMs);
    const since = performance.now() - IDLE_MS;
    for (const run of here.slice(MOST_HERE))
      if (run.record.usedMs < since) run.record.leave(run.said(), () => this.#read(run));
  }

  async #read(run: Run): Promise<void> {
    try {
      const { info, history } = await this.#files.body(run.key);
      if (run.record.isHere) return;
      run.arrive(info, history);
      this.#runs.changed(run, "arrived");
    } catch (error) {
      if (!this.#runs.all().includes(run)) return;
      this.#say(plain`The run of ${run.origin.model} cannot be read, and is gone: ${messageOf(error)}.`);
      this.#runs.remove(run);
    }
  }

  #complain(error: unknown): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#say(
      plain`Runs cannot be kept at the moment: ${messageOf(error)}. They go on, and are there until the window closes.`,
    );
  }

  #say(message: Plain): void {
    void warn(plain`GradLens: ${message}`);
  }
}

function headOf(run: Run): RunHead {
  const { uri, file, model, fingerprint } = run.origin;
  const { layers: _, declared: __, data: ___, ...info } = run.info;
  return {
    version: VERSION,
    ...(uri && { uri: uri.toString() }),
    file,
    model,
    fingerprint,
    info,
    ...run.marks,
    pinned: run.pinned,
    ...(run.trial && { trial: run.trial }),
    started: run.started.getTime(),
    ...(run.end && { end: run.end }),
    elapsed_ms: run.elapsedMs,
    ...run.said(),
    files: run.files,
  };
}

/** A run that had not ended when it was written last was interrupted. */
function before({ key, head }: Kept): KeptBefore {
  const { uri, file, model, fingerprint, step, loss, severity, rules = {}, elapsed_ms } = head;
  const interrupted: RunEnd = { reason: "interrupted", steps: step, elapsed_ms };
  return {
    key,
    origin: {
      ...(uri !== undefined && { uri: vscode.Uri.parse(uri) }),
      file,
      model,
      fingerprint,
      info: { ...head.info, layers: [] },
    },
    started: new Date(head.started),
    ...(head.name !== undefined && { name: head.name }),
    pinned: head.pinned,
    hidden: head.hidden ?? false,
    ...(head.trial && { trial: head.trial }),
    end: head.end ?? interrupted,
    files: head.files,
    said: { step, loss, severity, rules },
  };
}
