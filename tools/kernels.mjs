// Compiles the kernels (AssemblyScript) to WebAssembly: for processes that revectorize, with fused multiply-add, and without, for hosts that lack it.
import { createHash } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { isMainThread, Worker, workerData } from "node:worker_threads";

const repo = path.resolve(import.meta.dirname, "..");

export const kernelSources = "src/engine/assembly";

/** @type {{ to: string, entry: string, features: string[] }[]} */
const variants = [
  { to: "kernels-wide.wasm", entry: "wide.ts", features: ["simd", "threads", "relaxed-simd"] },
  { to: "kernels-fma.wasm", entry: "index.ts", features: ["simd", "threads", "relaxed-simd"] },
  { to: "kernels-simd.wasm", entry: "index.ts", features: ["simd", "threads"] },
];

/** Where what is static begins, in bytes. */
const TABLES = 1024;

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

/** All at the same time, each in a thread: they take long. Nothing where they are there already. Throws when one does not compile. */
export async function buildKernels() {
  fs.mkdirSync(path.join(repo, "dist"), { recursive: true });
  const made = path.join(repo, "dist", "kernels.stamp");
  const stamp = stampOfSources();
  if (!fs.existsSync(made) || fs.readFileSync(made, "utf8") !== `${stamp} ${stampOfKernels()}`) {
    await Promise.all(
      variants.map((variant) =>
        once(new Worker(new URL(import.meta.url), { workerData: { variant } }), "exit"),
      ),
    );
    fs.writeFileSync(made, `${stamp} ${stampOfKernels()}`);
  }
  for (const { to } of variants) {
    const { size } = fs.statSync(path.join(repo, "dist", to));
    console.log(`${`dist/${to}`.padEnd(24)}${(size / 1024).toFixed(1).padStart(8)} KB`);
  }
}

/** Changes with all that the kernels are made of: the sources, what compiles them, and how. */
function stampOfSources() {
  const compiler = path.join(repo, "node_modules", "assemblyscript", "package.json");
  const sources = fs.globSync(`${kernelSources}/**/*.ts`, { cwd: repo }).sort();
  return hashOf([import.meta.filename, compiler, ...sources.map((file) => path.join(repo, file))]);
}

/** Changes with what has been made, so that half of it is not taken for all. */
const stampOfKernels = () => hashOf(variants.map(({ to }) => path.join(repo, "dist", to)));

/** @param {string[]} files those that are there */
function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files)
    if (fs.existsSync(file)) hash.update(`${path.basename(file)}\0`).update(fs.readFileSync(file));
  return hash.digest("hex");
}

/** @param {typeof variants[number]} variant */
async function compile({ to, entry, features }) {
  const { default: asc } = await import("assemblyscript/asc");
  const flags = [
    "--enable",
    features.join(","),
    "-O3",
    "--noAssert",
    "--runtime",
    "stub",
    "--memoryBase",
    String(TABLES),
    ...SHARED_MEMORY,
  ];
  const files = [`${kernelSources}/${entry}`, "--outFile", `dist/${to}`, "--baseDir", repo];
  const { error } = await asc.main([...files, ...flags, "--disableWarning", V128_WARNING], process);
  if (error) throw error;
}

/** What a thread is started with; nothing in others that import this. */
const { variant } = /** @type {{ variant?: typeof variants[number] }} */ (workerData ?? {});
if (!isMainThread && variant) await compile(variant);
