import type { Backend } from "./backend.ts";
import { DIRECT_SCRATCH } from "../kernels/direct.ts";
import { COLUMNS } from "../kernels/im2col.ts";
import type { Memory } from "../kernels/memory.ts";
import { Descriptors } from "./descriptors.ts";
import { type Exports, type Extents, importsOf, instantiate, kernelsOf, viewsOf } from "./wasmInstance.ts";
import { type ExecutorOptions, ThreadedExecutor } from "./executor.ts";
import { CONTROL_BYTES, type Shared } from "./workerLoop.ts";

const PAGE = 65536;

/** Bytes after the last float that a kernel may read (never write) beyond a tensor: one vector. */
const SLACK = 64;

const align = (bytes: number): number => (bytes + 63) & ~63;

/** Bytes for the descriptors of kernels that are called from JavaScript, by nobody who has said how many there will be. */
const SOME_DESCRIPTORS = 4096;

interface Opened {
  readonly exports: Exports;
  readonly descriptors: Descriptors;
  readonly shared: Shared;
}

/**
 * Kernels in WebAssembly: those that the module has, and the scalar ones for the rest, over one memory. Absent `options`: this
 * thread computes alone. `name`: what the run says that it computed with.
 */
export function wasmBackend(module: WebAssembly.Module, options?: ExecutorOptions, name = "wasm"): Backend {
  const { end, scratch } = sizesOf(module);
  const count = options?.threads?.count ?? 1;
  const opened = new WeakMap<Memory, Opened>();
  const openedAs = (memory: Memory): Opened => {
    const found = opened.get(memory);
    if (!found) throw new Error("this memory belongs to another backend");
    return found;
  };

  return {
    name: count > 1 ? `${name}, ${count} threads` : name,

    // The modules' own part, the threads' control words, a scratch for each of them, descriptors, doubles, floats.
    memory(floats, doubles, descriptors = SOME_DESCRIPTORS) {
      const control = align(end);
      const scratchAt = Array.from({ length: count }, (_, i) => control + CONTROL_BYTES + i * align(scratch));
      const descriptorsAt = control + CONTROL_BYTES + count * align(scratch);
      const doublesAt = descriptorsAt + align(descriptors);
      const extents: Extents = { doublesAt, doubles, floatsAt: align(doublesAt + 8 * doubles), floats };
      const pages = Math.ceil((extents.floatsAt + 4 * floats + SLACK) / PAGE);
      const whole = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
      const memory = viewsOf(whole, extents);
      opened.set(memory, {
        exports: instantiate(module, whole, extents, scratchAt[0]),
        descriptors: new Descriptors(whole, descriptorsAt, descriptors),
        shared: { module, memory: whole, extents, control, scratchAt },
      });
      return memory;
    },

    kernels(memory, random) {
      const { exports, descriptors } = openedAs(memory);
      return kernelsOf(exports, memory, random, descriptors);
    },

    ...(options && {
      executor(memory, kernels) {
        const { exports, descriptors, shared } = openedAs(memory);
        const imports = importsOf(exports, kernels, shared.memory);
        return new ThreadedExecutor(options, kernels, { imports, exports, descriptors }, shared);
      },
    }),
  };
}

/** Where memory is free of what modules keep, and how much scratch an instance needs, in bytes. */
function sizesOf(module: WebAssembly.Module): { readonly end: number; readonly scratch: number } {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
  const exports = instantiate(module, memory, { floatsAt: 0, floats: 0, doublesAt: 0, doubles: 0 }, 0);
  return { end: exports.end(), scratch: exports.scratchSize(4 * DIRECT_SCRATCH, 4 * COLUMNS) };
}
