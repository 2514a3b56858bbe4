import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { revectorizes } from "../process/wideSimd.ts";

type Module = WebAssembly.Module | undefined;

/** The builds of the kernels: for processes that revectorize, with fused multiply-add, and for hosts that lack it. */
export const BUILDS = ["kernels-wide.wasm", "kernels-fma.wasm", "kernels-simd.wasm"] as const;

export type BuildName = (typeof BUILDS)[number];

/** Beside the program where it is built; in `dist/` where it runs from its sources. */
const FOLDERS = [".", "../dist", "../../dist"] as const;

/** Where a file of the build lies, if there is one. */
export const builtFile = (name: string, folder = programFolder()): string | undefined =>
  FOLDERS.map((path) => join(folder, path, name)).find(existsSync);

/** The folder of the script that this process or thread was started with. */
const programFolder = (): string => dirname(realpathSync(process.argv[1] ?? "."));

const modules = new Map<string, Module>();

/** Compiled once in a thread, however often it is asked for; undefined where there is no such file, or this host cannot run it. */
export function kernelModule(name: BuildName, folder?: string): Module {
  const file = builtFile(name, folder);
  if (file === undefined) return undefined;
  if (!modules.has(file)) modules.set(file, compile(readFileSync(file)));
  return modules.get(file);
}

const compile = (bytes: Uint8Array<ArrayBuffer>): Module =>
  WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;

/** The fastest build that this process can run. All give the same bits, but for the one without fused multiply-add. */
export const fastestKernels = (folder?: string): Module =>
  (revectorizes() ? kernelModule("kernels-wide.wasm", folder) : undefined) ??
  kernelModule("kernels-fma.wasm", folder) ??
  kernelModule("kernels-simd.wasm", folder);
