import "../process/language.ts"; // before all texts
import { constants, setPriority, totalmem } from "node:os";
import { dirname } from "node:path";
import { parentPort } from "node:worker_threads";
import { DataError } from "../engine/data/error.ts";
import { buffersOf, type Increment } from "../protocol/increment.ts";
import { Rpc } from "../protocol/rpc.ts";
import type { RunEnd } from "../protocol/run.ts";
import type { FileState, ModelSource, ReadProgress, WorkerCalls, WorkerEvents } from "../protocol/worker.ts";
import { DataStore } from "./dataStore.ts";
import { seen, stateOf } from "./fileState.ts";
import { checkFile, load, ModelError } from "./load.ts";
import { portOf } from "../process/port.ts";
import { Prober } from "./probe.ts";
import { Runner } from "./runner.ts";
import { computeSpectrum, LastModel } from "./spectrum.ts";
import { tryFixes } from "./trials.ts";

/*
 * Entry of the thread that computes. It owns one run at a time; a new one ends the one before. So do trials of fixes, which go on beside it.
 */
if (!parentPort) throw new Error("this is the entry of a worker thread");

yieldToEditor();

/** Data that are kept, for the next check and the next run, have so much of the machine's memory, and never more than 1 GiB. */
const KEPT_SHARE = 1 / 8;
const KEPT_MOST = 2 ** 30;

/** How often it is told how far something is. */
const PROGRESS_MS = 100;

const store = new DataStore(Math.min(KEPT_MOST, totalmem() * KEPT_SHARE));

let runner: Runner | undefined;
/** Aborts the run that is being prepared. */
let preparing: AbortController | undefined;
const prober = new Prober();
/** Aborts the probe that goes on. */
let probing: AbortController | undefined;
/** Aborts the trials of fixes that go on. */
let trying: AbortController | undefined;
/** Aborts the spectrum that is computed. */
let decomposing: AbortController | undefined;
const last = new LastModel();
/** Abort the checks that go on, by their files. */
const checks = new Map<string, AbortController>();

const location = ({ file, root }: Pick<ModelSource, "file" | "root">) => ({
  file,
  root: root || dirname(file),
});

const rpc = new Rpc<WorkerCalls, WorkerEvents>(portOf(parentPort), {
  async check(source) {
    const before = checks.get(source.file);
    const own = new AbortController();
    checks.set(source.file, own);
    const found = checkFile(source.text, location(source), { store, signal: own.signal });
    before?.abort(); // after the new check has asked: what both of them wait for goes on
    try {
      return await found;
    } finally {
      if (checks.get(source.file) === own) checks.delete(source.file);
    }
  },

  forget({ file }) {
    checks.get(file)?.abort();
  },

  states: async (request) =>
    (await Promise.all(request.paths.map((path) => seen(location(request), path)))).map(stateOf),

  async start({ source, model, options }) {
    stop();
    stopProbe();
    const own = new AbortController();
    preparing = own;
    holdChecks();
    try {
      let files: readonly FileState[] = [];
      const training = await load(source.text, model, location(source), options, {
        store,
        first: true,
        signal: own.signal,
        onProgress: tellProgress(),
        read: (read) => (files = read),
        onPath: (path) => void tell("path", path),
      });
      own.signal.throwIfAborted();
      const frames = (increment: Increment) => void tell("frames", increment, buffersOf(increment));
      const begun = new Runner(training, { frames, ended }, options.paused);
      runner = begun;
      last.begins(training, () => begun.made);
      return { info: training.info, files };
    } finally {
      if (preparing === own) preparing = undefined;
      if (options.paused) holdChecks(false);
      else holdChecks();
    }
  },

  pause() {
    runner?.pause();
    holdChecks(false);
  },
  resume() {
    runner?.resume();
    holdChecks();
  },
  step: () => runner?.step(),
  stop,

  async tryFixes({ source, finding, ...how }) {
    trying?.abort();
    const own = new AbortController();
    trying = own;
    const trials = {
      ...how,
      text: source.text,
      location: location(source),
      ...(finding !== undefined && { finding }),
    };
    try {
      return await tryFixes(trials, {
        store,
        first: true,
        signal: own.signal,
        progress: (progress) => void tell("trial", progress),
      });
    } finally {
      if (trying === own) trying = undefined;
    }
  },
  stopFixes: () => trying?.abort(),

  async probe({ source, ...probed }) {
    probing?.abort();
    if (runner ?? preparing) return undefined;
    const own = new AbortController();
    probing = own;
    try {
      const { text } = source;
      return await prober.probe(
        { ...probed, text, location: location(source) },
        { store, signal: own.signal },
      );
    } catch (error) {
      // The check of the file says what is wrong with it.
      if (own.signal.aborted || error instanceof DataError || error instanceof ModelError) return undefined;
      throw error;
    } finally {
      if (probing === own) probing = undefined;
    }
  },
  stopProbe,

  async spectrum({ path }) {
    decomposing?.abort();
    const own = new AbortController();
    decomposing = own;
    let told = performance.now();
    const progress = (share: number): void => {
      const now = performance.now();
      if (now - told < PROGRESS_MS) return;
      told = now;
      void tell("computing", share);
    };
    try {
      return await computeSpectrum(last.now(), path, { signal: own.signal, progress });
    } finally {
      if (decomposing === own) decomposing = undefined;
    }
  },
  stopSpectrum: () => decomposing?.abort(),
});

function stopProbe(): void {
  probing?.abort();
  prober.forget();
}

function stop(): void {
  preparing?.abort();
  runner?.stop();
}

/** A run has ended: its memory goes, and what had to wait goes on. */
function ended(end: RunEnd): void {
  runner = undefined;
  last.ends();
  setTimeout(giveBack, GIVE_BACK_MS).unref();
  holdChecks();
  void tell("ended", end);
}

/** How long after a run its memory is given back, unless the next one has begun. */
const GIVE_BACK_MS = 1000;
const NUDGE_BYTES = 2 ** 27;

/**
 * V8 collects garbage when something is allocated, and a thread that waits allocates nothing: a run of 150 MB was held for as
 * long as the window was open. A large buffer, of which no page is ever touched, makes it look at once.
 */
function giveBack(): void {
  if (runner || preparing) return;
  try {
    new ArrayBuffer(NUDGE_BYTES);
  } catch {
    // So little memory is left that V8 has just looked.
  }
}

/** A run goes first, unless it is paused. */
function holdChecks(hold = preparing !== undefined || runner !== undefined): void {
  store.hold(hold);
}

/** At once where there is more to be read, then now and then. */
function tellProgress(): (progress: ReadProgress) => void {
  let told = -Infinity;
  return (progress) => {
    const now = performance.now();
    if (now - told < PROGRESS_MS || progress.read === progress.total) return;
    told = now;
    void tell("reading", progress);
  };
}

/**
 * The editor comes first. On Linux a priority is that of the one thread, and of those that it starts; elsewhere it would be
 * that of the whole process, the editor's extensions among it.
 */
function yieldToEditor(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A system that forbids it: runs go on as they are.
  }
}

/** The host answers nothing of interest, and may be gone. */
async function tell<K extends keyof WorkerEvents>(
  name: K,
  argument: Parameters<WorkerEvents[K]>[0],
  transfer?: readonly ArrayBufferLike[],
): Promise<void> {
  await rpc.call(name, argument, transfer).catch(() => undefined);
}
