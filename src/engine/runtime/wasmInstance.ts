import type { Kernels } from "../kernels/kernels.ts";
import type { Memory, Random } from "../kernels/memory.ts";
import { scalar } from "../kernels/scalar.ts";
import { type ConvExports, convKernels } from "./wasmConv.ts";

/** What the module exports: kernels under the names of their contract, and these. Places are in bytes. */
export interface Exports extends ConvExports {
  /** First byte that the module itself does not use. */
  end(): number;
  /** Says where the parts of the memory begin. */
  place(floats: number, doubles: number, scratch: number): void;
  /** Bytes of scratch that an instance needs, if kernels beside the products of matrices need `others`. */
  scratchSize(others: number): number;

  attention(...args: number[]): void;
  attentionGrad(...args: number[]): void;

  barrier(at: number, threads: number): void;
  notify(word: number, asleep: number): void;
  spinWait(word: number, was: number, asleep: number): number;
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

/** The module's kernels, what is built on them, and the scalar ones for the rest. */
export function kernelsOf(exports: Exports, memory: Memory, random: Random): Kernels {
  const reference = scalar(memory, random);
  const { attention, attentionGrad, ...direct } = exports;
  const own = Object.keys(reference).filter((name) => name in direct);
  const kernels = Object.fromEntries(
    own.map((name) => [name, direct[name as keyof typeof direct]]),
  ) as Partial<Kernels>;
  return {
    ...reference,
    ...kernels,
    ...convKernels(memory, exports),
    // The module's attention has no dropout.
    attention: (batch, time, heads, width, qkv, out, probabilities, mask, causal) =>
      mask < 0
        ? attention(batch, time, heads, width, qkv, out, probabilities, causal)
        : reference.attention(batch, time, heads, width, qkv, out, probabilities, mask, causal),
    attentionGrad: (batch, time, heads, width, qkv, probabilities, mask, dout, dqkv, scratch, causal) =>
      mask < 0
        ? attentionGrad(batch, time, heads, width, qkv, probabilities, dout, dqkv, scratch, causal)
        : reference.attentionGrad(
            batch,
            time,
            heads,
            width,
            qkv,
            probabilities,
            mask,
            dout,
            dqkv,
            scratch,
            causal,
          ),
  };
}

function abort(): never {
  throw new Error("a kernel was called with arguments that it does not take");
}
