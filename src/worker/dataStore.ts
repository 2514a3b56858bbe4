import { DataError } from "../engine/data/error.ts";
import { identityOf, seen, type Seen } from "./fileState.ts";
import type { Location } from "./files.ts";
import type { ReadOptions } from "./read.ts";

/** Something that is made from files, or drawn: as a model file declares it. */
export interface Declared<T> {
  /** Equal for declarations that come to the same while their files stay as they are. */
  readonly key: string;
  readonly location: Location;
  /** The files that it is made from, relative to the model file. */
  readonly files: readonly string[];
  /** Bytes that it is going to take beside those of its files. */
  readonly drawn: number;
  load(loading: ReadOptions): Promise<T>;
  bytesOf(value: T): number;
}

/** What was loaded, and from which files. */
export interface Loaded<T> {
  readonly value: T;
  readonly files: readonly Seen[];
}

export interface Wish extends ReadOptions {
  /** A run waits for it: whatever else is being loaded is put off. */
  readonly first?: boolean;
}

/** While a run goes on, only what is no larger than this is loaded for others: it takes milliseconds. */
const SMALL = 2 ** 20;

/** A file that is written to all the time is taken as it was found after so many attempts. */
const ATTEMPTS = 3;

interface Kept {
  readonly identity: string;
  readonly outcome: Outcome;
  readonly bytes: number;
}

type Outcome = { readonly value: unknown } | { readonly error: DataError };

interface Waiting extends Wish {
  settle(outcome: Outcome, files: readonly Seen[]): void;
  fail(error: unknown): void;
}

interface Job {
  readonly declared: Declared<unknown>;
  readonly waiting: Set<Waiting>;
  readonly files: readonly Seen[];
}

/**
 * Loads what model files declare: each declaration once, one at a time, for all who wait for it, and keeps it while its files
 * stay as they are, up to a number of bytes; what was used longest ago goes first. A load that nobody waits for any more is
 * ended, and one that stands in the way of a run is put off.
 */
export class DataStore {
  readonly #budget: number;
  /** The one that was used last comes last. */
  readonly #kept = new Map<string, Kept>();
  readonly #jobs = new Map<string, Job>();
  #current: { readonly job: Job; readonly abort: AbortController } | undefined;
  #held = false;

  /** `budget`: bytes that may be kept. */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /**
   * Rejects with `DataError` where the files do not serve, and with the signal's reason once it is aborted. The value is shared:
   * nobody may write to it.
   */
  async get<T>(declared: Declared<T>, wish: Wish = {}): Promise<Loaded<T>> {
    wish.signal?.throwIfAborted();
    const going = this.#jobs.get(declared.key);
    // At once, so that whoever waits instead of another keeps going what both wait for.
    const { outcome, files } = await (going ? this.#join(going, wish) : this.#look(declared, wish));
    if ("error" in outcome) throw outcome.error;
    return { value: outcome.value as T, files };
  }

  /** While a run goes on, large loads for others wait. */
  hold(held: boolean): void {
    this.#held = held;
    this.#next();
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return [...this.#kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async #look(declared: Declared<unknown>, wish: Wish): Promise<Answer> {
    const files = await look(declared);
    wish.signal?.throwIfAborted();
    const { key } = declared;
    const kept = this.#kept.get(key);
    if (kept?.identity === identityOf(files)) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return { outcome: kept.outcome, files };
    }
    this.#kept.delete(key);
    const job = this.#jobs.get(key) ?? { declared, waiting: new Set<Waiting>(), files };
    this.#jobs.set(key, job);
    return this.#join(job, wish);
  }

  #join(job: Job, wish: Wish): Promise<Answer> {
    const { signal, onProgress, first = false } = wish;
    return new Promise<Answer>((resolve, reject) => {
      const leave = (): void => {
        job.waiting.delete(waiting);
        reject(asError(signal?.reason));
        this.#leftAlone(job);
      };
      const waiting: Waiting = {
        first,
        ...(onProgress && { onProgress }),
        settle(outcome, files) {
          signal?.removeEventListener("abort", leave);
          resolve({ outcome, files });
        },
        fail(error) {
          signal?.removeEventListener("abort", leave);
          reject(asError(error));
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      job.waiting.add(waiting);
      // What is put off stays in the queue, with all who wait for it.
      if (first && this.#current && this.#current.job !== job) this.#current.abort.abort();
      this.#next();
    });
  }

  #leftAlone(job: Job): void {
    if (job.waiting.size > 0) return;
    if (this.#current?.job === job) this.#current.abort.abort();
    else this.#jobs.delete(job.declared.key);
  }

  #next(): void {
    if (this.#current) return;
    const jobs = [...this.#jobs.values()];
    const job = jobs.find(isFirst) ?? jobs.find((one) => !this.#held || sizeOf(one) <= SMALL);
    if (!job) return;
    const abort = new AbortController();
    this.#current = { job, abort };
    void this.#run(job, abort.signal).finally(() => {
      this.#current = undefined;
      this.#next();
    });
  }

  async #run(job: Job, signal: AbortSignal): Promise<void> {
    const { declared, waiting } = job;
    const onProgress: ReadOptions["onProgress"] = (progress) => {
      for (const { onProgress } of waiting) onProgress?.(progress);
    };
    try {
      const { outcome, files, settled } = await loadSettled(declared, { signal, onProgress });
      this.#jobs.delete(declared.key);
      if (settled) this.#keep(declared, outcome, files);
      for (const one of waiting) one.settle(outcome, files);
    } catch (error) {
      if (signal.aborted && waiting.size > 0) return; // put off
      this.#jobs.delete(declared.key);
      for (const one of waiting) one.fail(error);
    }
  }

  #keep({ key, bytesOf }: Declared<unknown>, outcome: Outcome, files: readonly Seen[]): void {
    const bytes = "value" in outcome ? bytesOf(outcome.value) : 0;
    if (bytes > this.#budget) return;
    this.#kept.set(key, { identity: identityOf(files), outcome, bytes });
    for (const oldest of this.#kept.keys()) {
      if (this.bytes <= this.#budget) return;
      this.#kept.delete(oldest);
    }
  }
}

interface Answer {
  readonly outcome: Outcome;
  readonly files: readonly Seen[];
}

const look = ({ location, files }: Declared<unknown>): Promise<Seen[]> =>
  Promise.all(files.map((path) => seen(location, path)));

const isFirst = ({ waiting }: Job): boolean => [...waiting].some(({ first }) => first);

const sizeOf = ({ declared, files }: Job): number =>
  files.reduce((sum, { size }) => sum + size, declared.drawn);

/** Loads until the files are the same before and after. */
async function loadSettled(
  declared: Declared<unknown>,
  loading: ReadOptions,
): Promise<Answer & { readonly settled: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const before = await look(declared);
    const outcome = await load(declared, loading);
    const after = await look(declared);
    const same = identityOf(before) === identityOf(after);
    if (same || attempt === ATTEMPTS)
      return { outcome, files: after, settled: same && !before.some(({ unsettled }) => unsettled) };
  }
}

async function load(declared: Declared<unknown>, loading: ReadOptions): Promise<Outcome> {
  try {
    return { value: await declared.load(loading) };
  } catch (error) {
    loading.signal?.throwIfAborted();
    if (error instanceof DataError) return { error };
    throw error;
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
