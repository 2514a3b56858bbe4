import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Backend, scalarBackend } from "../engine/backend.ts";
import { wasmBackend } from "../engine/kernels/wasm/backend.ts";

/** Compiled kernels, the fastest first; a host without fused multiply-add takes the second. */
const VARIANTS = ["kernels-fma.wasm", "kernels-simd.wasm"] as const;

/** Beside the program where it is built; in `dist/` where it runs from its sources. */
const FOLDERS = [".", "../dist", "../../dist"] as const;

/** What computes: the kernels in WebAssembly where this host can run them, else the scalar ones. */
export function backendFor(engine: "auto" | "scalar" = "auto"): Backend {
  return engine === "scalar" ? scalarBackend : (wasmBackend(compiledKernels()) ?? scalarBackend);
}

/** None where the build has made none. */
export function compiledKernels(folder = programFolder()): readonly Uint8Array<ArrayBuffer>[] {
  return VARIANTS.flatMap((name) => {
    const file = FOLDERS.map((path) => join(folder, path, name)).find(existsSync);
    return file ? [readFileSync(file)] : [];
  });
}

/** The folder of the script that this process or thread was started with. */
const programFolder = (): string => dirname(realpathSync(process.argv[1] ?? "."));
