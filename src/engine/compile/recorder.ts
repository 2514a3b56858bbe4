import type { AnyArgs, AnyLoop } from "../kernels/kernel.ts";
import { described, KERNEL_NAMES, type KernelName, type Kernels } from "../kernels/kernels.ts";

/** One call of a kernel with its arguments fixed, in the order of its parameters; `arguments.ts` knows them by name. */
export interface Call<K extends KernelName = KernelName> {
  readonly kernel: K;
  /** What its kernel's descriptor has for fields; absent: it has none. */
  readonly descriptor?: AnyArgs;
  readonly args: readonly number[];
}

/** Kernels that compute nothing and append every call to `list()`. */
export function recorder(list: () => Call[]): Kernels {
  const record = (kernel: KernelName): readonly [KernelName, AnyLoop] => [
    kernel,
    described[kernel].descriptor
      ? (descriptor: AnyArgs, ...args: number[]) => void list().push({ kernel, descriptor, args })
      : (...args: number[]) => void list().push({ kernel, args }),
  ];
  return Object.fromEntries(KERNEL_NAMES.map(record)) as Kernels;
}

/** The calls as functions without arguments: what a step runs through. */
export const bind = (kernels: Kernels, calls: readonly Call[]): readonly (() => void)[] =>
  calls.map(({ kernel, descriptor, args }) =>
    closure(kernels[kernel] as Bindable, descriptor ? [descriptor, ...args] : args),
  );

type Bindable = (...args: readonly unknown[]) => void;

/** A call with its arguments in variables; spreading a list at every call would cost more than many a kernel. */
function closure(f: Bindable, args: readonly unknown[]): () => void {
  const [a, b, c, d, e, g, h, i, j, l, m] = args;
  switch (args.length) {
    case 3:
      return () => f(a, b, c);
    case 4:
      return () => f(a, b, c, d);
    case 5:
      return () => f(a, b, c, d, e);
    case 6:
      return () => f(a, b, c, d, e, g);
    case 7:
      return () => f(a, b, c, d, e, g, h);
    case 8:
      return () => f(a, b, c, d, e, g, h, i);
    case 9:
      return () => f(a, b, c, d, e, g, h, i, j);
    case 10:
      return () => f(a, b, c, d, e, g, h, i, j, l);
    case 11:
      return () => f(a, b, c, d, e, g, h, i, j, l, m);
    default:
      return () => f(...args);
  }
}
