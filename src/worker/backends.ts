import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Backend, scalarBackend } from "../engine/backend.ts";
import { wasmBackend } from "../engine/kernels/wasm/backend.ts";
import { threads } from "./threads.ts";

/** Compiled kernels, the fastest first; a host without fused multiply-add takes the second. */
const VARIANTS = ["kernels-fma.wasm", "kernels-simd.wasm"] as const;

/** Beside the program where it is built; in `dist/` where it runs from its sources. */
const FOLDERS = [".", "../dist", "../../dist"] as const;

/** What computes: the kernels in WebAssembly where this host can run them, on so many threads at most, else the scalar ones. */
export function backendFor(engine: "auto" | "scalar" = "auto", count = 1): Backend {
  const file = builtFile("kernel-thread.cjs");
  const helped = count > 1 && file !== undefined ? threads(count, file) : undefined;
  return engine === "scalar" ? scalarBackend : (wasmBackend(compiledKernels(), helped) ?? scalarBackend);
}

/** None where the build has made none. */
export function compiledKernels(folder = programFolder()): readonly Uint8Array<ArrayBuffer>[] {
  return VARIANTS.flatMap((name) => {
    const file = builtFile(name, folder);
    return file === undefined ? [] : [readFileSync(file)];
  });
}

const builtFile = (name: string, folder = programFolder()): string | undefined =>
  FOLDERS.map((path) => join(folder, path, name)).find(existsSync);

/** The folder of the script that this process or thread was started with. */
const programFolder = (): string => dirname(realpathSync(process.argv[1] ?? "."));
