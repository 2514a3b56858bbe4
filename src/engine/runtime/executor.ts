import type { Path } from "../../protocol/path.ts";
import { Autotuner } from "./autotune.ts";
import type { Executor, Runner } from "./backend.ts";
import { callListModule, link } from "./callList.ts";
import { bind, type Call } from "../compile/recorder.ts";
import { CoolDown } from "./coolDown.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type CallList, ThreadGroup, type ThreadPool } from "./threadGroup.ts";
import { WarmUp } from "./warmUp.ts";
import type { Linkage } from "./wasmInstance.ts";
import type { Shared } from "./workerLoop.ts";

/** What the process gives to a run that takes its time. */
export interface ExecutorOptions {
  /** Milliseconds. */
  now(): number;
  readonly threads?: ThreadPool;
  /** Hears what is taken up, or given up. */
  readonly onPath?: ((path: Path) => void) | undefined;
}

interface OwnList extends CallList {
  /** Makes the calls in this thread alone. */
  alone: Runner;
}

/**
 * Makes lists of calls: from JavaScript while it warms up, then each as a module of WebAssembly, and on several threads while
 * that is measured to be faster.
 */
export class ThreadedExecutor implements Executor {
  readonly #options: ExecutorOptions;
  readonly #kernels: Kernels;
  readonly #linkage: Linkage;
  readonly #shared: Shared;
  readonly #lists: OwnList[] = [];
  readonly #warmUp: WarmUp;
  readonly #autotuner: Autotuner;
  /** After threads have turned out to be no faster. */
  readonly #coolDown: CoolDown;
  #threads: ThreadGroup | undefined;
  #path: Path | undefined;
  #state: "threads started" | "one thread" | "closed" = "one thread";

  constructor(options: ExecutorOptions, kernels: Kernels, linkage: Linkage, shared: Shared) {
    this.#options = options;
    this.#kernels = kernels;
    this.#linkage = linkage;
    this.#shared = shared;
    const now = () => options.now();
    this.#warmUp = new WarmUp(now);
    this.#coolDown = new CoolDown(now);
    this.#autotuner = new Autotuner(now, (takesThreads) => {
      this.#took(takesThreads ? "threads" : "one thread");
      if (takesThreads) this.#coolDown.forget();
      else this.#release();
    });
  }

  runner(calls: readonly Call[], batch: number): Runner {
    const list: OwnList = { calls, batch, alone: oneByOne(this.#kernels, calls) };
    const number = this.#lists.push(list) - 1;
    const choose = this.#autotuner.task();
    const together = () => this.#threads?.run(number);
    return () => {
      if (this.#state === "threads started" && this.#threads?.isReady) choose(list.alone, together);
      else this.#alone(list);
    };
  }

  close(): void {
    if (this.#state === "threads started") this.#threads?.release();
    this.#state = "closed";
  }

  #alone(list: OwnList): void {
    if (this.#warmUp.isOver) {
      list.alone();
      if (this.#state === "one thread" && this.#threads && this.#coolDown.isOver())
        this.#startAgain(this.#threads);
    } else {
      this.#warmUp.run(list.alone);
      if (this.#warmUp.isOver) this.#prepare();
    }
  }

  /** The lists as modules, and as shares of several threads. */
  #prepare(): void {
    for (const list of this.#lists) list.alone = atOnce(this.#linkage, list.calls);
    this.#took("modules");
    const { threads } = this.#options;
    if (!threads || this.#state === "closed") return;
    this.#threads = new ThreadGroup(threads, this.#lists, this.#linkage, this.#shared);
    this.#start(this.#threads);
  }

  #took(path: Path): void {
    if (path !== this.#path) this.#options.onPath?.(path);
    this.#path = path;
  }

  #start(threads: ThreadGroup): void {
    threads.start();
    this.#state = "threads started";
  }

  /** One thread is faster: the others go, with their memory. */
  #release(): void {
    this.#threads?.release();
    this.#state = "one thread";
    this.#coolDown.begin();
  }

  #startAgain(threads: ThreadGroup): void {
    if (!threads.isGone) return;
    this.#autotuner.restart();
    this.#start(threads);
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
function atOnce({ imports, exports, descriptors }: Linkage, calls: readonly Call[]): Runner {
  let linked: Runner | undefined;
  return () => (linked ??= link(callListModule(calls, descriptors), imports, exports))();
}
