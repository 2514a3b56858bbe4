import type { Loop } from "../kernels/kernel.ts";
import { KERNEL_NAMES, type KernelName, type Kernels } from "../kernels/kernels.ts";

/** One call of a kernel with its arguments fixed, in the order of its parameters; `arguments.ts` knows them by name. */
export interface Call<K extends KernelName = KernelName> {
  readonly kernel: K;
  readonly args: readonly number[];
}

/** Kernels that compute nothing and append every call to `list()`. */
export function recorder(list: () => Call[]): Kernels {
  const record = (kernel: KernelName): readonly [KernelName, Loop] => [
    kernel,
    (...args) => void list().push({ kernel, args }),
  ];
  return Object.fromEntries(KERNEL_NAMES.map(record)) as Kernels;
}

/** The calls as functions without arguments: what a step runs through. */
export const bind = (kernels: Kernels, calls: readonly Call[]): readonly (() => void)[] =>
  calls.map(({ kernel, args }) => closure(kernels[kernel], args));

/** A call with its arguments in variables; spreading a list at every call would cost more than many a kernel. */
function closure(f: Loop, args: readonly number[]): () => void {
  const [a, b, c, d, e, g, h, i, j, l, m, n, o] = args;
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
    case 12:
      return () => f(a, b, c, d, e, g, h, i, j, l, m, n);
    case 13:
      return () => f(a, b, c, d, e, g, h, i, j, l, m, n, o);
    default:
      return () => f(...args);
  }
}
