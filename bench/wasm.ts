import { join } from "node:path";
import type { Backend } from "../src/engine/backend.ts";
import { wasmBackend } from "../src/engine/kernels/wasm/backend.ts";
import { compiledKernels } from "../src/worker/backends.ts";
import { threads } from "../src/worker/threads.ts";

export const dist = join(import.meta.dirname, "..", "dist");

/** This engine's kernels in WebAssembly, as the build made them, on so many threads. */
export function wasm(count = 1): Backend {
  const helped = count > 1 ? threads(count, join(dist, "kernel-thread.cjs")) : undefined;
  const backend = wasmBackend(compiledKernels(dist), helped);
  if (!backend) throw new Error("the kernels are not built, or this host cannot run them: npm run build");
  return backend;
}
