import type { AnyArgs, AnyKernel, Args } from "../kernels/kernel.ts";
import { KERNEL_NAMES, type KernelName, kernels } from "../kernels/kernels.ts";
import type { Call } from "./recorder.ts";

/*
 * A call stores its arguments as a list, in the order of its kernel's parameters: as it is made. Everyone who looks at them knows
 * them by name; that order is known here alone.
 */

export type ArgsOf<K extends KernelName> = Args<(typeof kernels)[K]["params"]>;

/** What is said of the kernels, whichever parameters they have. */
export const described: Readonly<Record<KernelName, AnyKernel>> = kernels;

/** One value for each kernel. */
const byKernel = <T>(valueOf: (kernel: KernelName) => T): Readonly<Record<KernelName, T>> =>
  Object.fromEntries(KERNEL_NAMES.map((name) => [name, valueOf(name)])) as Record<KernelName, T>;

/** Where in a call's list the argument of each name is. */
const positions = byKernel((kernel): AnyArgs =>
  Object.fromEntries(Object.keys(described[kernel].params).map((name, position) => [name, position])),
);

/** Arguments by name over a call's list, of which nothing is copied: a net of a thousand layers has tens of thousands. */
class View {
  readonly list: readonly number[];

  constructor(list: readonly number[]) {
    this.list = list;
  }
}

type ViewOf = new (list: readonly number[]) => View & AnyArgs;

function viewOf(kernel: KernelName): ViewOf {
  class Named extends View {}
  for (const [name, position] of Object.entries(positions[kernel])) {
    Object.defineProperty(Named.prototype, name, {
      get(this: View) {
        return this.list[position];
      },
    });
  }
  return Named as ViewOf;
}

const views = byKernel(viewOf);

/** A call's arguments by name. */
export const argsOf = ({ kernel, args }: Call): AnyArgs => new views[kernel](args);

export const makeCall = <K extends KernelName>(kernel: K, args: ArgsOf<K>): Call<K> => ({
  kernel,
  args: listOf(kernel, [], args),
});

/** The call with some arguments in the place of its own. */
export const withArgs = (call: Call, others: AnyArgs): Call => ({
  kernel: call.kernel,
  args: listOf(call.kernel, call.args, others),
});

/** A list of arguments with others, by name, written over it. */
function listOf(kernel: KernelName, list: readonly number[], args: Partial<AnyArgs>): readonly number[] {
  const copy = list.slice();
  const position = positions[kernel];
  for (const name in args) copy[position[name]] = args[name] ?? list[position[name]];
  return copy;
}
