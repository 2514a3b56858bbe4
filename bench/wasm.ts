import { join } from "node:path";
import type { Backend } from "../src/engine/runtime/backend.ts";
import type { Path } from "../src/protocol/path.ts";
import { wasmBackend } from "../src/engine/runtime/wasmBackend.ts";
import { fastestKernels } from "../src/worker/kernelModules.ts";
import { threads } from "../src/worker/threadPool.ts";

export const dist = join(import.meta.dirname, "..", "dist");

/** This engine's kernels in WebAssembly, as the build made them, on so many threads. `onPath` hears how a run goes on. */
export function wasm(count = 1, onPath?: (path: Path) => void): Backend {
  const module = fastestKernels(dist);
  if (!module) throw new Error("the kernels are not built, or this host cannot run them: npm run build");
  return wasmBackend(module, {
    now: () => performance.now(),
    onPath,
    ...(count > 1 && { threads: threads(count, join(dist, "kernel-thread.cjs")) }),
  });
}
