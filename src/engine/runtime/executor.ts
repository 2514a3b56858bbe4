import type { Runner, Team as Contract } from "./backend.ts";
import { schedule } from "./schedule.ts";
import { bind, type Call } from "../compile/recorder.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Exports } from "./wasmInstance.ts";
import { Pace } from "./autotune.ts";
import { link, programOf } from "./callList.ts";
import { CONTROL, type Job, type Shared, threadProgram, wordAt } from "./workerLoop.ts";

/** What the process can do for a run that takes its time. */
export interface Help {
  /** Milliseconds. */
  now(): number;
  readonly threads?: Threads;
}

/** Threads of this process that can be hired. */
export interface Threads {
  /** How many may compute at a time, this one among them. */
  readonly count: number;
  /** Lets a thread that has nothing to do call `work(job)`. */
  hire(job: Job): void;
}

/** Milliseconds of computing after which help is asked for: what is over sooner is not worth a compiler's work or a thread's start. */
const PATIENCE_MS = 50;

/** Milliseconds after which threads that were no help are hired again: other programs may have left the cores. */
const REST_MS = 10_000;

/** Runs of a program between two looks at the clock meanwhile. */
const RUNS_PER_LOOK = 64;

interface Program {
  readonly calls: readonly Call[];
  readonly batch: number;
  /** Makes the calls in this thread alone. */
  alone: Runner;
}

/**
 * Runs programs from WebAssembly and on several threads, once that is worth its price; on several only while it is measured to
 * be faster.
 */
export class Team implements Contract {
  readonly #help: Help;
  readonly #pace: Pace;
  readonly #programs: Program[] = [];
  readonly #kernels: Kernels;
  readonly #exports: Exports;
  readonly #shared: Shared;
  /** What this thread does of each program, once others have been hired. */
  #own: readonly Runner[] = [];
  #spent = 0;
  /** `resting`: the threads were let go of, since one alone is faster. */
  #state: "patient" | "alone" | "hired" | "ready" | "resting" | "closed" = "patient";
  #jobs: readonly Job[] = [];
  #restedSince = 0;
  #runs = 0;

  constructor(help: Help, kernels: Kernels, exports: Exports, shared: Shared) {
    this.#help = help;
    this.#kernels = kernels;
    this.#exports = exports;
    this.#shared = shared;
    this.#pace = new Pace(
      () => help.now(),
      (together) => {
        if (!together) this.#rest();
      },
    );
  }

  program(calls: readonly Call[], batch: number): Runner {
    const own: Program = { calls, batch, alone: oneByOne(this.#kernels, calls) };
    const number = this.#programs.push(own) - 1;
    const choose = this.#pace.task();
    return () => {
      if (this.#state === "ready") choose(own.alone, () => this.#together(number));
      else this.#alone(own);
    };
  }

  close(): void {
    if (this.#state === "hired" || this.#state === "ready") this.#go(-1);
    this.#state = "closed";
  }

  #alone(program: Program): void {
    if (this.#state !== "patient") {
      program.alone();
      if (this.#state === "hired" && this.#ready() === this.#jobs.length) this.#state = "ready";
      if (this.#state === "resting" && ++this.#runs % RUNS_PER_LOOK === 0) this.#hireAgain();
      return;
    }
    const started = this.#help.now();
    program.alone();
    this.#spent += this.#help.now() - started;
    if (this.#spent > PATIENCE_MS) this.#askForHelp();
  }

  #askForHelp(): void {
    this.#state = "alone";
    for (const program of this.#programs) {
      program.alone = atOnce(this.#kernels, this.#exports, program.calls);
    }
    if (this.#help.threads) this.#hire(this.#help.threads);
  }

  #together(number: number): void {
    this.#go(number);
    this.#own[number]();
  }

  #go(program: number): void {
    const { memory, control } = this.#shared;
    Atomics.store(wordAt(memory, control, CONTROL.program), 0, program);
    this.#exports.change(control + CONTROL.go, control + CONTROL.asleep);
  }

  #hire({ count, hire }: Threads): void {
    this.#state = "hired";
    const tasks = this.#programs.map(({ calls, batch }) => schedule(calls, count, batch));
    const of = (thread: number) => tasks.map((lists) => threadProgram(this.#shared, lists[thread]));
    this.#own = of(0).map((program) => link(program, this.#kernels, this.#exports));
    this.#jobs = Array.from({ length: count - 1 }, (_, i) => ({
      ...this.#shared,
      thread: i + 1,
      programs: of(i + 1),
    }));
    this.#jobs.forEach(hire);
  }

  /** One thread is faster: the others go, with their memory. */
  #rest(): void {
    this.#go(-1);
    this.#state = "resting";
    this.#restedSince = this.#help.now();
  }

  #hireAgain(): void {
    const { memory, control } = this.#shared;
    if (this.#help.now() - this.#restedSince < REST_MS || this.#ready() > 0) return;
    Atomics.store(wordAt(memory, control, CONTROL.program), 0, 0);
    this.#pace.restart();
    this.#state = "hired";
    this.#jobs.forEach((job) => this.#help.threads?.hire(job));
  }

  /** Threads that have taken their job up. */
  #ready(): number {
    const { memory, control } = this.#shared;
    return Atomics.load(wordAt(memory, control, CONTROL.ready), 0);
  }
}

/** From JavaScript: nothing has to be compiled. */
function oneByOne(kernels: Kernels, calls: readonly Call[]): Runner {
  const bound = bind(kernels, calls);
  return () => {
    for (const call of bound) call();
  };
}

/** All in one call from JavaScript; compiled when they are first made. */
function atOnce(kernels: Kernels, exports: Exports, calls: readonly Call[]): Runner {
  let linked: Runner | undefined;
  return () => (linked ??= link(programOf(calls), kernels, exports))();
}
