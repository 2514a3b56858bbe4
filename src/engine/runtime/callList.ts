import type { Runner } from "./backend.ts";
import type { Task } from "./schedule.ts";
import type { Call } from "../compile/recorder.ts";
import type { AnyKernel } from "../kernels/kernel.ts";
import { described, type KernelName } from "../kernels/kernels.ts";
import type { Descriptors } from "./descriptors.ts";
import { emit, EXPORTED_AS, IMPORTED_FROM, type Instruction, type NumberType } from "./wasmEncoder.ts";
import type { Exports, Imports } from "./wasmInstance.ts";

/*
 * A list of tasks as a module of its own: called from JavaScript, each kernel costs 40 ns more than from WebAssembly, which is
 * as long as many a kernel takes over a thousand elements.
 */

/** What makes the tasks, once it is linked with kernels. Other threads are waited for at the control words of `barrier`. */
export function callListModule(
  tasks: readonly Task[],
  descriptors: Pick<Descriptors, "addressOf">,
  barrier: readonly number[] = [],
): WebAssembly.Module {
  const instructions = tasks.map((task) =>
    task === "barrier"
      ? { name: task, args: barrier, types: barrier.map(() => "i32" as const) }
      : typed(task, descriptors),
  );
  return new WebAssembly.Module(emit(instructions));
}

/** The module with these kernels' loops. */
export function link(
  module: WebAssembly.Module,
  loops: Imports,
  { barrier }: Pick<Exports, "barrier">,
): Runner {
  const { exports } = new WebAssembly.Instance(module, { [IMPORTED_FROM]: { ...loops, barrier } });
  return exports[EXPORTED_AS] as Runner;
}

function typed(call: Call, descriptors: Pick<Descriptors, "addressOf">): Instruction {
  const { kernel, descriptor, args } = call;
  const type = described[kernel].descriptor;
  const own = type && descriptor ? [descriptors.addressOf(type, descriptor), ...args] : args;
  return { name: kernel, args: own, types: TYPES[kernel] };
}

const typesOf = ({ descriptor, params }: AnyKernel): readonly NumberType[] => [
  ...(descriptor ? ["i32" as const] : []),
  ...Object.values(params).map((kind) => (kind === "number" ? "f64" : "i32")),
];

const TYPES = Object.fromEntries(
  Object.entries(described).map(([name, kernel]) => [name, typesOf(kernel)]),
) as Record<KernelName, readonly NumberType[]>;
