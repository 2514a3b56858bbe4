// Compiles the kernels (AssemblyScript) to WebAssembly: once with fused multiply-add, once without, for hosts that lack it.
import fs from "node:fs";
import path from "node:path";
import asc from "assemblyscript/asc";

const repo = path.resolve(import.meta.dirname, "..");

/** Where the sources lie; the entry is `index.ts`. */
export const kernelSources = "src/engine/kernels/wasm/assembly/index.ts";

/** @type {{ to: string, features: string[] }[]} */
const variants = [
  { to: "kernels-fma.wasm", features: ["simd", "threads", "relaxed-simd"] },
  { to: "kernels-simd.wasm", features: ["simd", "threads"] },
];

/** Values cross the border as numbers: `v128` in the signature of an internal function is no matter. */
const V128_WARNING = "112";

/** Every thread brings an instance of its own to the memory that all share. It is as large as the model needs: at most 4 GB. */
const SHARED_MEMORY = [
  "--importMemory",
  "--sharedMemory",
  "--initialMemory",
  "1",
  "--maximumMemory",
  "65536",
];

export async function buildKernels() {
  fs.mkdirSync(path.join(repo, "dist"), { recursive: true });
  for (const { to, features } of variants) {
    const flags = [
      "--enable",
      features.join(","),
      "-O3",
      "--noAssert",
      "--runtime",
      "stub",
      ...SHARED_MEMORY,
    ];
    const files = [kernelSources, "--outFile", `dist/${to}`, "--baseDir", repo];
    const { error } = await asc.main([...files, ...flags, "--disableWarning", V128_WARNING], process);
    if (error) throw error;
    const { size } = fs.statSync(path.join(repo, "dist", to));
    console.log(`${`dist/${to}`.padEnd(24)}${(size / 1024).toFixed(1).padStart(8)} KB`);
  }
}
