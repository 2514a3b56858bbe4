import type { Task } from "./schedule.ts";
import { type Extents, importsOf, instantiate, viewsOf } from "./wasmInstance.ts";
import { scalar } from "../kernels/scalar.ts";
import type { Descriptors } from "./descriptors.ts";
import { link, callListModule } from "./callList.ts";

/** What the threads that share a step have in common. */
export interface Shared {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly extents: Extents;
  /** First byte of the control words. */
  readonly control: number;
  /** First byte of each thread's scratch. */
  readonly scratchAt: readonly number[];
}

/** What a thread is started with: its share of each list of calls. Can be cloned. */
export interface Job extends Shared {
  /** 0 is the thread that starts the others. */
  readonly thread: number;
  readonly lists: readonly WebAssembly.Module[];
}

/** The control words, in bytes from their beginning, each in a line of the cache of its own. */
const LINE = 64;
export const CONTROL = {
  /** Grows by one when the list of the number in `list`, or −1 for none any more, is to be run. */
  generation: 0,
  asleep: LINE,
  list: 2 * LINE,
  /** Threads that have taken their job up, and not left it. */
  ready: 3 * LINE,
  /** The words of the barrier. */
  barrier: 4 * LINE,
} as const;
export const CONTROL_BYTES = 8 * LINE;

/** The control word at one of the places of `CONTROL`, for `Atomics`. */
export const wordAt = (memory: WebAssembly.Memory, control: number, place: number): Int32Array =>
  new Int32Array(memory.buffer, control + place, 1);

/** A thread's list of tasks as a module. */
export const threadModule = (
  { control, scratchAt }: Shared,
  tasks: readonly Task[],
  descriptors: Descriptors,
): WebAssembly.Module => callListModule(tasks, descriptors, [control + CONTROL.barrier, scratchAt.length]);

/** Does a job in this thread: returns when no list is to be run any more, be it before it has begun. */
export function work(job: Job): void {
  const { module, memory, extents, control, scratchAt, thread } = job;
  const exports = instantiate(module, memory, extents, scratchAt[thread]);
  const imports = importsOf(exports, scalar(viewsOf(memory, extents), neverRandom), memory);
  const lists = job.lists.map((module) => link(module, imports, exports));
  const list = wordAt(memory, control, CONTROL.list);
  const ready = wordAt(memory, control, CONTROL.ready);
  let generation = Atomics.load(wordAt(memory, control, CONTROL.generation), 0);
  if (Atomics.load(list, 0) < 0) return; // released before it was there
  Atomics.add(ready, 0, 1);
  for (;;) {
    generation = exports.spinWait(control + CONTROL.generation, generation, control + CONTROL.asleep);
    const number = Atomics.load(list, 0);
    if (number < 0) break;
    lists[number]();
  }
  Atomics.sub(ready, 0, 1);
}

/** Numbers are drawn by thread 0, in the order of the calls. */
function neverRandom(): never {
  throw new Error("a thread of the pool was to draw random numbers");
}
