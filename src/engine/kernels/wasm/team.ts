import type { Runner, Team as Contract } from "../../backend.ts";
import { schedule, type Task } from "../../parallel/schedule.ts";
import { bind, type Call } from "../../record.ts";
import type { Kernels } from "../kernels.ts";
import type { Exports } from "./instance.ts";
import { Pace } from "./pace.ts";
import { bindTasks, CONTROL, type Job, type Shared, wordAt } from "./work.ts";

/** Threads of this process that can be hired. */
export interface Threads {
  /** How many may compute at a time, this one among them. */
  readonly count: number;
  /** Lets a thread that has nothing to do call `work(job)`. */
  hire(job: Job): void;
  /** Milliseconds. */
  now(): number;
}

/** Milliseconds of computing after which others are asked to help: what is over sooner is not worth their start. */
const PATIENCE_MS = 30;

/** Runs programs on several threads, where that is measured to be faster. */
export class Team implements Contract {
  readonly #threads: Threads;
  readonly #kernels: Kernels;
  readonly #exports: Exports;
  readonly #shared: Shared;
  readonly #pace: Pace;
  readonly #programs: { readonly calls: readonly Call[]; readonly batch: number }[] = [];
  /** Of this thread, one list a program, once others have been hired. */
  #own: readonly (readonly (() => void)[])[] = [];
  #spent = 0;
  #state: "alone" | "hired" | "ready" | "closed" = "alone";

  constructor(threads: Threads, kernels: Kernels, exports: Exports, shared: Shared) {
    this.#threads = threads;
    this.#kernels = kernels;
    this.#exports = exports;
    this.#shared = shared;
    this.#pace = new Pace(() => threads.now());
  }

  program(calls: readonly Call[], batch: number): Runner {
    const number = this.#programs.push({ calls, batch }) - 1;
    const alone = bind(this.#kernels, calls);
    const choose = this.#pace.task();
    return () => {
      if (this.#state === "ready")
        choose(
          () => run(alone),
          () => this.#together(number),
        );
      else this.#alone(alone);
    };
  }

  close(): void {
    if (this.#state === "hired" || this.#state === "ready") this.#go(-1);
    this.#state = "closed";
  }

  #alone(calls: readonly (() => void)[]): void {
    const started = this.#threads.now();
    run(calls);
    if (this.#state === "closed") return;
    this.#spent += this.#threads.now() - started;
    if (this.#state === "alone" && this.#spent > PATIENCE_MS) this.#hire();
    else if (this.#state === "hired" && this.#allReady()) this.#state = "ready";
  }

  #together(number: number): void {
    this.#go(number);
    run(this.#own[number]);
  }

  #go(program: number): void {
    const { memory, control } = this.#shared;
    Atomics.store(wordAt(memory, control, CONTROL.program), 0, program);
    this.#exports.change(control + CONTROL.go, control + CONTROL.asleep);
  }

  #hire(): void {
    this.#state = "hired";
    const { count } = this.#threads;
    const tasks = this.#programs.map(({ calls, batch }) => schedule(calls, count, batch));
    const of = (thread: number): readonly (readonly Task[])[] => tasks.map((lists) => lists[thread]);
    this.#own = of(0).map((list) => bindTasks(this.#kernels, this.#exports, this.#shared, list));
    for (let thread = 1; thread < count; thread++) {
      this.#threads.hire({ ...this.#shared, thread, programs: of(thread) });
    }
  }

  #allReady(): boolean {
    const { memory, control, scratchAt } = this.#shared;
    return Atomics.load(wordAt(memory, control, CONTROL.ready), 0) === scratchAt.length - 1;
  }
}

function run(calls: readonly (() => void)[]): void {
  for (const call of calls) call();
}
