import type { AnyArgs } from "../kernels/kernel.ts";
import { described, KERNEL_NAMES, type KernelName, type Kernels } from "../kernels/kernels.ts";
import type { Memory, Random } from "../kernels/memory.ts";
import { scalar } from "../kernels/scalar.ts";
import { type Descriptors, readDescriptor } from "./descriptors.ts";

/** A loop over numbers alone: in the place of a descriptor it takes an address. */
type NumericLoop = (...args: number[]) => void;

/** What a list of calls is linked with. */
export type Imports = Readonly<Record<KernelName, NumericLoop>>;

/** What the module exports: kernels under their names, and these. Places are in bytes. */
export interface Exports extends Partial<Imports> {
  /** First byte that the module itself does not use. */
  end(): number;
  /** Says where the parts of the memory begin. */
  place(floats: number, doubles: number, scratch: number): void;
  /** Bytes of scratch that an instance needs, if kernels need so many: `alone`, or `beside` those of products of matrices. */
  scratchSize(alone: number, beside: number): number;

  barrier(at: number, threads: number): void;
  notify(word: number, asleep: number): void;
  spinWait(word: number, was: number, asleep: number): number;
}

/** What makes lists of calls into modules, and them into functions of this thread. */
export interface Linkage {
  readonly imports: Imports;
  readonly exports: Exports;
  readonly descriptors: Descriptors;
}

/** Where the parts of a memory lie: their first bytes, and numbers of elements. */
export interface Extents {
  readonly floatsAt: number;
  readonly floats: number;
  readonly doublesAt: number;
  readonly doubles: number;
}

/** An instance of the module over a memory that others may have instances over too; each needs a scratch of its own. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  { floatsAt, doublesAt }: Extents,
  scratchAt: number,
): Exports {
  const instance: { readonly exports: unknown } = new WebAssembly.Instance(module, {
    env: { memory, abort },
    barrier: { pause },
  });
  const exports = instance.exports as Exports;
  exports.place(floatsAt, doublesAt, scratchAt);
  return exports;
}

export const viewsOf = (
  { buffer }: WebAssembly.Memory,
  { floatsAt, floats, doublesAt, doubles }: Extents,
): Memory => ({
  floats: new Float32Array(buffer, floatsAt, floats),
  doubles: new Float64Array(buffer, doublesAt, doubles),
});

/** The module's kernels, and the scalar ones for the rest. */
export function kernelsOf(
  exports: Exports,
  memory: Memory,
  random: Random,
  descriptors: Pick<Descriptors, "addressOf">,
): Kernels {
  const reference = scalar(memory, random);
  const loopOf = (name: KernelName) => {
    const own = exports[name];
    const type = described[name].descriptor;
    if (!own || !type) return own ?? reference[name];
    return (values: AnyArgs, ...args: number[]) => own(descriptors.addressOf(type, values), ...args);
  };
  return Object.fromEntries(KERNEL_NAMES.map((name) => [name, loopOf(name)])) as Kernels;
}

/** The same for lists of calls that are modules: `others` for what the module does not have. */
export function importsOf(exports: Exports, others: Kernels, memory: WebAssembly.Memory): Imports {
  const loopOf = (name: KernelName): NumericLoop => {
    const type = described[name].descriptor;
    const other = others[name] as (...args: readonly unknown[]) => void;
    if (exports[name]) return exports[name];
    return type ? (address, ...args) => other(readDescriptor(type, memory, address), ...args) : other;
  };
  return Object.fromEntries(KERNEL_NAMES.map((name) => [name, loopOf(name)])) as Imports;
}

function abort(): never {
  throw new Error("a kernel was called with arguments that it does not take");
}

/** `Atomics.pause` (ECMAScript 2026) where this host has it. */
const { pause = () => undefined } = Atomics as { readonly pause?: () => void };
