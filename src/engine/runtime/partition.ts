import { argsOf, withArgs } from "../compile/arguments.ts";
import { described } from "../kernels/kernels.ts";
import type { AnyArgs, AnyKernel } from "../kernels/kernel.ts";
import type { Call } from "../compile/recorder.ts";

type Split = NonNullable<AnyKernel["split"]>;

/** Whether a call of its kernel can be divided among threads. */
export const isDivisible = ({ kernel }: Call): boolean => described[kernel].split !== undefined;

/** Whether only the first thread makes calls of its kernel: it has the random numbers. */
export const isForFirst = ({ kernel }: Call): boolean => described[kernel].draws === true;

/**
 * The call as one part for each thread, all together with the same results to the last bit; `undefined`: nothing is left for that
 * thread. Cut between samples of the batch where the units are samples, or so many of each.
 */
export function partition(call: Call, threads: number, batch: number): readonly (Call | undefined)[] {
  const { split } = described[call.kernel];
  const args = argsOf(call);
  const all = split ? unitsOf(split, args) : 1;
  const [whole, each] = all % batch === 0 ? [batch, all / batch] : [all, 1];
  const cut = (i: number) => Math.floor((whole * i) / threads) * each;
  return Array.from({ length: threads }, (_, i) => {
    const [from, to] = [cut(i), cut(i + 1)];
    return from === to || !split ? undefined : withArgs(call, partOf(split, args, from, to));
  });
}

const unitsOf = (split: Split, args: AnyArgs): number =>
  "along" in split ? args[split.along] : split.units(args);

/** The arguments that are others for the units from `from` up to, not including, `to`. */
function partOf(split: Split, args: AnyArgs, from: number, to: number): AnyArgs {
  if (!("along" in split)) return split.part(args, from, to);
  const part: Record<string, number> = { [split.along]: to - from };
  const moves = split.moves(args);
  for (const name in moves) if (args[name] >= 0) part[name] = args[name] + from * moves[name];
  return part;
}
