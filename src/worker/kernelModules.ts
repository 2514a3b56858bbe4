import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { compileJoined } from "./joinedVectors.ts";

type Module = WebAssembly.Module | undefined;
type Compile = (bytes: Uint8Array<ArrayBuffer>) => Module;

const compile: Compile = (bytes) => (WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined);

/** The builds of the kernels, and how each comes to be code of this host; undefined where it cannot. */
export const BUILDS = {
  "kernels-joined.wasm": compileJoined,
  "kernels-fma.wasm": compile,
  "kernels-simd.wasm": compile,
} satisfies Readonly<Record<string, Compile>>;

export type BuildName = keyof typeof BUILDS;

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
  if (!modules.has(file)) modules.set(file, BUILDS[name](readFileSync(file)));
  return modules.get(file);
}

/** Kernels that can begin at once: what they need is compiled when it is called. */
export const readyKernels = (folder?: string): Module =>
  kernelModule("kernels-fma.wasm", folder) ?? kernelModule("kernels-simd.wasm", folder);

/** Kernels twice as fast, which take about a tenth of a second to compile. */
export const fastestKernels = (folder?: string): Module => kernelModule("kernels-joined.wasm", folder);
