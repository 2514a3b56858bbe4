import { argsOf } from "../compile/arguments.ts";
import { described } from "../kernels/kernels.ts";
import type { AnyArgs, Extents, KernelParams } from "../kernels/kernel.ts";
import type { Call } from "../compile/recorder.ts";

/** A range that a call reads or writes: `size` elements from `at` on, of `Memory.floats` or of `Memory.doubles`. */
export interface Access {
  readonly doubles: boolean;
  readonly writes: boolean;
  readonly at: number;
  readonly size: number;
}

/** All that a call reads and writes; `undefined`: its kernel does not say. */
export function accessesOf(call: Call): readonly Access[] | undefined {
  const kernel = described[call.kernel];
  const args = argsOf(call);
  const said = kernel.access?.(args);
  if (!said) return undefined;
  const list: Access[] = [];
  const params = { ...kernel.descriptor?.fields, ...kernel.params };
  collect(list, params, args, said.reads, false);
  collect(list, params, args, said.writes, true);
  return list;
}

/** Adds the ranges at the places of these names; none where a tensor is not there (−1). */
function collect(
  list: Access[],
  params: KernelParams,
  args: AnyArgs,
  extents: Extents | undefined,
  writes: boolean,
): void {
  for (const name in extents) {
    const place = args[name];
    const extent = extents[name];
    const isWhole = typeof extent === "number";
    const size = isWhole ? extent : extent[1];
    if (place < 0 || size <= 0) continue;
    const at = isWhole ? place : place + extent[0];
    list.push({ doubles: params[name] === "doublesPlace", writes, at, size });
  }
}

const overlap = (a: Access, b: Access): boolean =>
  (a.writes || b.writes) && a.doubles === b.doubles && a.at < b.at + b.size && b.at < a.at + a.size;

/** Whether two calls must not run at the same time, nor in another order: one writes what the other reads or writes. */
export const hazard = (a: readonly Access[], b: readonly Access[]): boolean =>
  a.some((x) => b.some((y) => overlap(x, y)));
