import asc from "assemblyscript/asc";

/** Chains of dependent additions that run at the same time: enough to hide the latency of each, and to leave registers for factors. */
const CHAINS = 12;
const FLOPS_PER_VECTOR = 8; // a multiplication and an addition in each of four lanes
const REPEATS = 100_000; // about 0.2 ms

const fused = "f32x4.relaxed_madd(x, f, c)";
const separate = "f32x4.add(f32x4.mul(x, f), c)";

/** A loop that does nothing but multiply and add vectors of 128 bits in registers, in AssemblyScript. */
function source(step: string): string {
  const chains = Array.from({ length: CHAINS }, (_, i) => i);
  return `
    const place = memory.data(${16 * CHAINS}, 16);
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

async function compiled(step: string): Promise<Loop | undefined> {
  const options = { optimizeLevel: 3, runtime: "stub", enable: ["simd", "relaxed-simd"] };
  const { binary, error } = await asc.compileString(source(step), options);
  if (error) throw error;
  const bytes = new Uint8Array(binary ?? []);
  if (!WebAssembly.validate(bytes)) return undefined;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.run as Loop;
}

const loop = (await compiled(fused)) ?? (await compiled(separate));

/** What one core reaches with vectors of 128 bits when memory does not matter: the best of some runs. */
export function peakGflops(): number {
  if (!loop) throw new Error("this host has no SIMD in WebAssembly");
  let best = Infinity;
  for (let i = 0; i < 150; i++) {
    const start = performance.now();
    loop(REPEATS, 1e-9, 1e-3);
    best = Math.min(best, performance.now() - start);
  }
  return (REPEATS * CHAINS * FLOPS_PER_VECTOR * 1e-6) / best;
}
