import asc from "assemblyscript/asc";
import { compileJoining } from "../src/worker/joinedVectors.ts";

/** Chains of dependent additions that run at the same time: enough to hide the latency of each, and to leave registers for factors. */
const CHAINS = 12;
const FLOPS_PER_VECTOR = 8; // a multiplication and an addition in each of four lanes
const REPEATS = 100_000; // about 0.2 ms

const fused = "f32x4.relaxed_madd(x, f, c)";
const separate = "f32x4.add(f32x4.mul(x, f), c)";

/** A loop that does nothing but multiply and add `vectors` of 128 bits in registers, in AssemblyScript. They end side by side. */
function source(step: string, vectors: number): string {
  const chains = Array.from({ length: vectors }, (_, i) => i);
  return `
    const place = memory.data(${16 * vectors}, 16);
    export function run(n: i32, factor: f32, start: f32): f32 {
      const x = f32x4.splat(start), f = f32x4.splat(factor);
      ${chains.map((i) => `let c${i} = x;`).join(" ")}
      for (let i = 0; i < n; i++) {
        ${chains.map((i) => `c${i} = ${step.replace(/\bc\b/, `c${i}`)};`).join("\n")}
      }
      ${chains.map((i) => `v128.store(place, c${i}, ${16 * i});`).join("\n")}
      return f32.load(place);
    }`;
}

type Loop = (n: number, factor: number, start: number) => number;
type Compile = (bytes: Uint8Array<ArrayBuffer>) => WebAssembly.Module | undefined;

async function compiled(step: string, vectors: number, compile: Compile): Promise<Loop | undefined> {
  const options = { optimizeLevel: 3, runtime: "stub", enable: ["simd", "relaxed-simd"] };
  const { binary, error } = await asc.compileString(source(step, vectors), options);
  if (error) throw error;
  const module = compile(new Uint8Array(binary ?? []));
  return module && (new WebAssembly.Instance(module).exports.run as Loop);
}

const usual: Compile = (bytes) => (WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined);

const single = (await compiled(fused, CHAINS, usual)) ?? (await compiled(separate, CHAINS, usual));
const joined = await compiled(fused, 2 * CHAINS, compileJoining);

/** What one core reaches with vectors of 128 bits when memory does not matter: the best of some runs. */
export function peakGflops(): number {
  if (!single) throw new Error("this host has no SIMD in WebAssembly");
  return gflopsOf(single, CHAINS);
}

/** The same where two of them can be joined into one of 256 bits; not less than without, where they are not. */
export const joinedPeakGflops = (): number =>
  Math.max(peakGflops(), joined ? gflopsOf(joined, 2 * CHAINS) : 0);

function gflopsOf(loop: Loop, vectors: number): number {
  let best = Infinity;
  for (let i = 0; i < 150; i++) {
    const start = performance.now();
    loop(REPEATS, 1e-9, 1e-3);
    best = Math.min(best, performance.now() - start);
  }
  return (REPEATS * vectors * FLOPS_PER_VECTOR * 1e-6) / best;
}
