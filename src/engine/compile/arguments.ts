import type { AnyArgs, Args } from "../kernels/kernel.ts";
import { described, KERNEL_NAMES, type KernelName, type kernels } from "../kernels/kernels.ts";
import type { Call } from "./recorder.ts";

/*
 * A call stores its arguments as a list, in the order of its kernel's parameters: as it is made. Everyone who looks at them knows
 * them by name; that order is known here alone.
 */

export type ArgsOf<K extends KernelName> = Args<(typeof kernels)[K]["params"]>;

/** One value for each kernel. */
const byKernel = <T>(valueOf: (kernel: KernelName) => T): Readonly<Record<KernelName, T>> =>
  Object.fromEntries(KERNEL_NAMES.map((name) => [name, valueOf(name)])) as Record<KernelName, T>;

/** Where in a call's list the argument of each name is. */
const positions = byKernel((kernel): AnyArgs =>
  Object.fromEntries(Object.keys(described[kernel].params).map((name, position) => [name, position])),
);

/** Arguments by name over a call, of which nothing is copied: a net of a thousand layers has tens of thousands. */
class View {
  readonly call: Call;

  constructor(call: Call) {
    this.call = call;
  }
}

type ViewOf = new (call: Call) => View & AnyArgs;

function viewOf(kernel: KernelName): ViewOf {
  class Named extends View {}
  const define = (name: string, valueOf: (call: Call) => number | undefined) =>
    Object.defineProperty(Named.prototype, name, {
      get(this: View) {
        return valueOf(this.call);
      },
    });
  for (const [name, position] of Object.entries(positions[kernel]))
    define(name, ({ args }) => args[position]);
  for (const name in described[kernel].descriptor?.fields)
    define(name, ({ descriptor }) => descriptor?.[name]);
  return Named as ViewOf;
}

const views = byKernel(viewOf);

/** A call's arguments by name, the fields of its descriptor among them. */
export const argsOf = (call: Call): AnyArgs => new views[call.kernel](call);

export const makeCall = <K extends KernelName>(kernel: K, args: ArgsOf<K>): Call<K> => ({
  kernel,
  args: listOf(kernel, [], args),
});

/** The call with some arguments in the place of its own. */
export const withArgs = (call: Call, others: AnyArgs): Call => ({
  ...call,
  args: listOf(call.kernel, call.args, others),
});

/** A list of arguments with others, by name, written over it. */
function listOf(kernel: KernelName, list: readonly number[], args: Partial<AnyArgs>): readonly number[] {
  const copy = list.slice();
  const position = positions[kernel];
  for (const name in args) copy[position[name]] = args[name] ?? list[position[name]];
  return copy;
}
