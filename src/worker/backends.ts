import { availableParallelism } from "node:os";
import { type Backend, scalarBackend } from "../engine/backend.ts";
import { wasmBackend } from "../engine/kernels/wasm/backend.ts";
import { threadsFor } from "../protocol/threads.ts";
import type { RunOptions } from "../protocol/worker.ts";
import { builtFile, fastestKernels, readyKernels } from "./kernelModules.ts";
import { threads } from "./threads.ts";

type Choice = Pick<RunOptions, "engine" | "threads" | "joinVectors">;

/** What computes: the kernels in WebAssembly where this host can run them, on so many threads at most, else the scalar ones. */
export function backendFor({
  engine = "auto",
  threads: count = 1,
  joinVectors = true,
}: Choice = {}): Backend {
  const module = engine === "scalar" ? undefined : readyKernels();
  if (!module) return scalarBackend;
  const allowed = threadsFor(count, availableParallelism(), 0); // whoever asks: a command of another extension may
  const file = builtFile("kernel-thread.cjs");
  return wasmBackend(module, {
    now: () => performance.now(),
    ...(joinVectors && { fasterModule: () => fastestKernels() }),
    ...(allowed > 1 && file !== undefined && { threads: threads(allowed, file) }),
  });
}
