import { join } from "node:path";
import type { Backend } from "../src/engine/backend.ts";
import { wasmBackend } from "../src/engine/kernels/wasm/backend.ts";
import { compiledKernels } from "../src/worker/backends.ts";

export const dist = join(import.meta.dirname, "..", "dist");

/** This engine's kernels in WebAssembly, as the build made them. */
export function wasm(): Backend {
  const backend = wasmBackend(compiledKernels(dist));
  if (!backend) throw new Error("the kernels are not built, or this host cannot run them: npm run build");
  return backend;
}
