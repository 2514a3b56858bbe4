import { availableParallelism } from "node:os";
import { type Backend, scalarBackend } from "../engine/runtime/backend.ts";
import { wasmBackend } from "../engine/runtime/wasmBackend.ts";
import { revectorizes } from "../process/wideSimd.ts";
import type { Path } from "../protocol/path.ts";
import { threadsFor } from "../protocol/threads.ts";
import type { RunOptions } from "../protocol/worker.ts";
import { builtFile, fastestKernels } from "./kernelModules.ts";
import { threads } from "./threadPool.ts";

type Options = Pick<RunOptions, "engine" | "threads">;

/**
 * What computes: the kernels in WebAssembly where this host can run them, on so many threads at most, else the scalar ones.
 * `onPath` hears how a run comes to make its calls.
 */
export function backendFor(
  { engine = "auto", threads: count = 1 }: Options = {},
  onPath?: (path: Path) => void,
): Backend {
  const module = engine === "scalar" ? undefined : fastestKernels();
  if (!module) return scalarBackend;
  const allowed = threadsFor(count, availableParallelism(), 0); // whoever asks: a command of another extension may
  const file = builtFile("kernel-thread.cjs");
  const help = {
    now: () => performance.now(),
    onPath,
    ...(allowed > 1 && file !== undefined && { threads: threads(allowed, file) }),
  };
  return wasmBackend(module, help, revectorizes() ? "wasm, 256 bits" : "wasm");
}
