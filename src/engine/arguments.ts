import type { AnyArgs, AnyKernel, Args } from "./kernels/kernel.ts";
import { type KernelName, kernels } from "./kernels/kernels.ts";
import type { Call } from "./record.ts";

/*
 * A call stores its arguments as a list, in the order of its kernel's parameters: as it is made. Everyone who looks at them knows
 * them by name; that order is known here alone.
 */

export type ArgsOf<K extends KernelName> = Args<(typeof kernels)[K]["params"]>;

/** What is said of the kernels, whichever parameters they have. */
export const described: Readonly<Record<KernelName, AnyKernel>> = kernels;

const namesOf = (kernel: KernelName): readonly string[] => Object.keys(described[kernel].params);

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
  namesOf(kernel).forEach((name, i) =>
    Object.defineProperty(Named.prototype, name, {
      get(this: View) {
        return this.list[i];
      },
    }),
  );
  return Named as ViewOf;
}

const views = Object.fromEntries(
  (Object.keys(kernels) as KernelName[]).map((name) => [name, viewOf(name)]),
) as Record<KernelName, ViewOf>;

/** Whether a call is one of this kernel. */
export const isCallOf = <K extends KernelName>(call: Call, kernel: K): call is Call<K> =>
  call.kernel === kernel;

/** A call's arguments by name. */
export const argsOf = <K extends KernelName>(call: Call<K>): ArgsOf<K> =>
  new views[call.kernel](call.args) as AnyArgs as ArgsOf<K>;

/** The same of a call of any kernel. */
export const anyArgsOf = ({ kernel, args }: Call): AnyArgs => new views[kernel](args);

export function makeCall<K extends KernelName>(kernel: K, args: ArgsOf<K>): Call<K> {
  const named: AnyArgs = args;
  return { kernel, args: namesOf(kernel).map((name) => named[name]) };
}

/** The call with some arguments in the place of its own. */
export function withArgs<K extends KernelName>(call: Call<K>, others: Partial<ArgsOf<K>>): Call<K> {
  const named: Partial<AnyArgs> = others;
  return { kernel: call.kernel, args: namesOf(call.kernel).map((name, i) => named[name] ?? call.args[i]) };
}
