import { setFlagsFromString } from "node:v8";
import { wasmBackend } from "../engine/kernels/wasm/backend.ts";

/*
 * WebAssembly has vectors of 128 bits. V8 can join two operations on such vectors that lie side by side into one of 256 bits
 * (AVX2), which computes the same bits, twice as fast. It has to be asked for it, and does so in its optimizing compiler only.
 * What is asked for holds for the whole process: here for the tenth of a second that one module takes to compile.
 */

/** First version of V8 that was seen to do so. */
const SINCE = 13.6;

/** Joins vectors, and compiles all functions at once, by the optimizing compiler. */
const ASKED = ["--experimental-wasm-revectorize", "--no-liftoff", "--no-wasm-lazy-compilation"] as const;
const USUAL = ["--no-experimental-wasm-revectorize", "--liftoff", "--wasm-lazy-compilation"] as const;

/** Compiles a module all of whose vectors may be joined; undefined where this host is not known to do so, or cannot run it. */
export function compileJoining(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | undefined {
  if (process.arch !== "x64" || Number.parseFloat(process.versions.v8) < SINCE) return undefined;
  if (!WebAssembly.validate(bytes)) return undefined;
  ASKED.forEach(setFlagsFromString);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    USUAL.forEach(setFlagsFromString);
  }
}

/** Kernels that are made for joined vectors, for this host; undefined where it does not join them, and they would be slow. */
export function compileJoined(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | undefined {
  const module = compileJoining(bytes);
  return module && joins(module) ? module : undefined;
}

const M = 48;
const K = 128;

/**
 * Whether panels of 16 columns are multiplied at the speed of those of 8, which never need more registers than there are.
 * Where vectors are joined they are about 1.3 times as fast, where not 0.3 times.
 */
function joins(module: WebAssembly.Module): boolean {
  const backend = wasmBackend(module);
  const memory = backend.memory(K * (M + 16) + M * 16, 8);
  memory.floats.fill(1);
  const { gemm } = backend.kernels(memory, () => 0);
  const rate = (n: number): number => {
    let least = Infinity;
    for (let trial = 0; trial < 10; trial++) {
      const start = performance.now();
      for (let i = 0; i < 10; i++) gemm(M, n, K, 0, K, 0, M * K, 16, 0, K * (M + 16), 16, -1, 0);
      least = Math.min(least, performance.now() - start);
    }
    return n / least;
  };
  return rate(16) > 0.6 * rate(8);
}
