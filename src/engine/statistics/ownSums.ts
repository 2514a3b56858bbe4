import { type ArgsOf, makeCall } from "../compile/arguments.ts";
import type { Call } from "../compile/recorder.ts";
import type { AnyKernel } from "../kernels/kernel.ts";
import { type KernelName, kernels } from "../kernels/kernels.ts";

/** Sums of a kernel's own, for a statistic that is computed from them (`Kernel.of`). */
export interface OwnSums {
  readonly kernel: KernelName;
  readonly of: "output" | "gradient";
  /** How many figures a call writes. */
  readonly figures: number;
  call(n: number, x: number, out: number): Call;
}

/** Throws where such a kernel does not say what it writes: it could not be given a place. */
function ownSums(kernel: KernelName, { of, access, params }: AnyKernel): readonly OwnSums[] {
  if (of === undefined) return [];
  const figures = access?.({ n: 1, x: 0, out: 0 }).writes?.["out"];
  if (Object.keys(params).join() !== "n,x,out" || typeof figures !== "number") {
    throw new Error(
      `${kernel} takes sums of an ${of}: it has to have n, x and out, and to say what it writes`,
    );
  }
  const call = (n: number, x: number, out: number): Call =>
    makeCall(kernel, { n, x, out } as ArgsOf<typeof kernel>);
  return [{ kernel, of, figures, call }];
}

/** Those of all kernels that take any. */
export const OWN_SUMS: readonly OwnSums[] = (
  Object.entries(kernels) as readonly (readonly [KernelName, AnyKernel])[]
).flatMap(([name, kernel]) => ownSums(name, kernel));
