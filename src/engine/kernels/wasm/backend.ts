import type { Backend } from "../../backend.ts";
import { type ConvParts, convKernels } from "../conv.ts";
import type { Kernels } from "../kernels.ts";
import type { Memory } from "../memory.ts";
import { scalar } from "../scalar.ts";

/** What the module exports: kernels under the names of their contract, and these. */
interface Exports extends ConvParts {
  readonly memory: WebAssembly.Memory;
  /** Says where the parts of the memory begin, in bytes. */
  place(floats: number, doubles: number, scratch: number): void;
  gemmScratch(): number;

  attention(...args: number[]): void;
  attentionGrad(...args: number[]): void;
  /** First byte that the module itself does not use. */
  end(): number;
}

const PAGE = 65536;

/** Bytes after the last float that a kernel may read (never write) beyond a tensor: one vector. */
const SLACK = 64;

const align = (bytes: number): number => (bytes + 63) & ~63;

/**
 * Kernels in WebAssembly: those that the module has, and the scalar ones for the rest, over one memory. `variants` are
 * compiled modules, the fastest first; the first that this host can run is taken.
 */
export function wasmBackend(variants: readonly Uint8Array<ArrayBuffer>[]): Backend | undefined {
  const bytes = variants.find((variant) => WebAssembly.validate(variant));
  if (!bytes) return undefined;
  const module = new WebAssembly.Module(bytes);
  const exportsOf = new WeakMap<Memory, Exports>();
  return {
    name: "wasm",

    memory(floats, doubles) {
      const exports = new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as Exports;
      const scratchAt = align(exports.end());
      const doublesAt = align(scratchAt + exports.gemmScratch());
      const floatsAt = align(doublesAt + 8 * doubles);
      const missing = floatsAt + 4 * floats + SLACK - exports.memory.buffer.byteLength;
      if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE));
      exports.place(floatsAt, doublesAt, scratchAt);
      const { buffer } = exports.memory;
      const memory = {
        floats: new Float32Array(buffer, floatsAt, floats),
        doubles: new Float64Array(buffer, doublesAt, doubles),
      };
      exportsOf.set(memory, exports);
      return memory;
    },

    kernels(memory, random) {
      const reference = scalar(memory, random);
      const exports = exportsOf.get(memory);
      return exports ? { ...reference, ...ownKernels(reference, exports, memory) } : reference;
    },
  };
}

/** What the module has, and what is built on it. */
function ownKernels(reference: Kernels, exports: Exports, memory: Memory): Partial<Kernels> {
  const { attention, attentionGrad, ...direct } = exports;
  const own = Object.keys(reference).filter((name) => name in direct);
  const kernels = Object.fromEntries(
    own.map((name) => [name, direct[name as keyof typeof direct]]),
  ) as Partial<Kernels>;
  return {
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
