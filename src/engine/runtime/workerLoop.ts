import type { Task } from "./schedule.ts";
import { type Extents, instantiate, kernelsOf, viewsOf } from "./wasmInstance.ts";
import { link, programOf } from "./callList.ts";

/** What the threads of a team have in common. */
export interface Shared {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly extents: Extents;
  /** First byte of the control words. */
  readonly control: number;
  /** First byte of each thread's scratch. */
  readonly scratchAt: readonly number[];
}

/** What a thread is hired for: what it does of each program. Can be cloned. */
export interface Job extends Shared {
  /** 0 is the thread that hires. */
  readonly thread: number;
  readonly programs: readonly WebAssembly.Module[];
}

/** The control words, in bytes from their beginning, each in a line of the cache of its own. */
const LINE = 64;
export const CONTROL = {
  /** Changes when the program of this number, or −1 for none any more, is to be run. */
  go: 0,
  asleep: LINE,
  program: 2 * LINE,
  /** Threads that have taken their job up, and not left it. */
  ready: 3 * LINE,
  /** The words of the barrier. */
  barrier: 4 * LINE,
} as const;
export const CONTROL_BYTES = 8 * LINE;

/** The control word at one of the places of `CONTROL`, for `Atomics`. */
export const wordAt = (memory: WebAssembly.Memory, control: number, place: number): Int32Array =>
  new Int32Array(memory.buffer, control + place, 1);

/** A thread's list of tasks as a program. */
export const threadProgram = ({ control, scratchAt }: Shared, tasks: readonly Task[]): WebAssembly.Module =>
  programOf(tasks, [control + CONTROL.barrier, scratchAt.length]);

/** Does a job in this thread: returns when no program is to be run any more, be it before it has begun. */
export function work(job: Job): void {
  const { module, memory, extents, control, scratchAt, thread } = job;
  const exports = instantiate(module, memory, extents, scratchAt[thread]);
  const kernels = kernelsOf(exports, viewsOf(memory, extents), neverRandom);
  const programs = job.programs.map((program) => link(program, kernels, exports));
  const program = wordAt(memory, control, CONTROL.program);
  const ready = wordAt(memory, control, CONTROL.ready);
  let go = Atomics.load(wordAt(memory, control, CONTROL.go), 0);
  if (Atomics.load(program, 0) < 0) return; // let go of before it was there
  Atomics.add(ready, 0, 1);
  for (;;) {
    go = exports.awaitChange(control + CONTROL.go, go, control + CONTROL.asleep);
    const number = Atomics.load(program, 0);
    if (number < 0) break;
    programs[number]();
  }
  Atomics.sub(ready, 0, 1);
}

/** Numbers are drawn by the thread that hires, in the order of the calls. */
function neverRandom(): never {
  throw new Error("a helping thread was to draw random numbers");
}
