import type { Runner } from "./backend.ts";
import { link } from "./callList.ts";
import type { Call } from "../compile/recorder.ts";
import { schedule } from "./schedule.ts";
import type { Linkage } from "./wasmInstance.ts";
import { CONTROL, type Job, type Shared, threadModule, wordAt } from "./workerLoop.ts";

/** Threads of this process that compute beside the one that asks for them. */
export interface ThreadPool {
  /** How many may compute at a time, that one among them. */
  readonly count: number;
  /** Lets a thread that has nothing to do call `work(job)`. */
  start(job: Job): void;
}

/** Calls that are about `batch` samples. */
export interface CallList {
  readonly calls: readonly Call[];
  readonly batch: number;
}

/** In the place of a list's number: none comes any more. */
const NONE = -1;

/** This thread and those of a pool, each with its share of every list. The others sleep between two lists. */
export class ThreadGroup {
  readonly #pool: ThreadPool;
  readonly #exports: Linkage["exports"];
  /** What this thread does of each list. */
  readonly #own: readonly Runner[];
  readonly #jobs: readonly Job[];
  readonly #list: Int32Array;
  readonly #ready: Int32Array;
  readonly #notify: () => void;
  #isReady = false;

  constructor(
    pool: ThreadPool,
    lists: readonly CallList[],
    { imports, exports, descriptors }: Linkage,
    shared: Shared,
  ) {
    this.#pool = pool;
    this.#exports = exports;
    const tasks = lists.map(({ calls, batch }) => schedule(calls, pool.count, batch));
    const modulesOf = (thread: number) =>
      tasks.map((each) => threadModule(shared, each[thread], descriptors));
    this.#own = modulesOf(0).map((module) => link(module, imports, exports));
    this.#jobs = Array.from({ length: pool.count - 1 }, (_, i) => ({
      ...shared,
      thread: i + 1,
      lists: modulesOf(i + 1),
    }));
    const { memory, control } = shared;
    this.#list = wordAt(memory, control, CONTROL.list);
    this.#ready = wordAt(memory, control, CONTROL.ready);
    this.#notify = () => this.#exports.notify(control + CONTROL.generation, control + CONTROL.asleep);
  }

  /** Asks for the threads; they take their job up when they get to it. */
  start(): void {
    Atomics.store(this.#list, 0, 0);
    for (const job of this.#jobs) this.#pool.start(job);
  }

  /** Whether all threads have taken their job up. */
  get isReady(): boolean {
    return (this.#isReady ||= Atomics.load(this.#ready, 0) === this.#jobs.length);
  }

  /** Whether no thread has a job any more. */
  get isGone(): boolean {
    return Atomics.load(this.#ready, 0) === 0;
  }

  /** Makes the calls of the list of this number, together. */
  run(number: number): void {
    this.#announce(number);
    this.#own[number]();
  }

  /** Lets go of the threads, be it before they have taken their job up. */
  release(): void {
    this.#isReady = false;
    this.#announce(NONE);
  }

  #announce(number: number): void {
    Atomics.store(this.#list, 0, number);
    this.#notify();
  }
}
