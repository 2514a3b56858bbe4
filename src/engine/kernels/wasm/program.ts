import type { Runner } from "../../backend.ts";
import type { Task } from "../../parallel/schedule.ts";
import type { Call } from "../../record.ts";
import type { KernelName, Kernels } from "../kernels.ts";
import { emit, EXPORTED_AS, IMPORTED_FROM, type Instruction, type NumberType } from "./emit.ts";
import type { Exports } from "./instance.ts";

/*
 * A list of tasks as a module of its own: called from JavaScript, each kernel costs 40 ns more than from WebAssembly, which is
 * as long as many a kernel takes over a thousand elements.
 */

/** Arguments of the module's kernels that are numbers in double precision; all others are sizes, places and flags. */
const DOUBLES: Readonly<Partial<Record<KernelName, readonly number[]>>> = {
  activation: [4, 5],
  activationGrad: [6, 7],
  activationGradSquares: [6, 7],
  activationGradSums: [7, 8],
  activationMoments: [4, 5],
  avgPool2d: [1],
  avgPool2dGrad: [1],
  batchNorm: [11, 12],
  batchNormEval: [9],
  crossEntropy: [4],
  fill: [2],
  groupNorm: [10],
  huber: [3],
  outside: [2, 3],
  rmsNorm: [6],
  smoothL1: [3],
};

/** What makes the tasks, once it is linked with kernels. Other threads are waited for at the control words of `barrier`. */
export function programOf(tasks: readonly Task[], barrier: readonly number[] = []): WebAssembly.Module {
  const instructions = tasks.map((task) =>
    task === "barrier"
      ? { name: task, args: barrier, types: barrier.map(() => "i32" as const) }
      : typed(task),
  );
  return new WebAssembly.Module(emit(instructions));
}

/** The program with these kernels. */
export function link(
  program: WebAssembly.Module,
  kernels: Kernels,
  { barrier }: Pick<Exports, "barrier">,
): Runner {
  const { exports } = new WebAssembly.Instance(program, { [IMPORTED_FROM]: { ...kernels, barrier } });
  return exports[EXPORTED_AS] as Runner;
}

const typed = ({ kernel, args }: Call): Instruction => ({
  name: kernel,
  args,
  types: args.map((value, i) => typeOf(kernel, value, i)),
});

/** A kernel in JavaScript takes both types alike, and gets as a double what is no integer. */
const typeOf = (kernel: KernelName, value: number, i: number): NumberType =>
  DOUBLES[kernel]?.includes(i) || !Object.is(value | 0, value) ? "f64" : "i32";
