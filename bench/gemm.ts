import { peakGflops } from "./peak.ts";
import { fastestMs } from "./timing.ts";
import { wasm } from "./wasm.ts";

export interface GemmRow {
  readonly size: number;
  readonly gflops: number;
  /** Measured right after it. */
  readonly peak: number;
}

const SIZES = [64, 128, 256] as const;

/** How fast square matrices are multiplied: C = A·B, as a layer calls it. */
export function gemmRows(): readonly GemmRow[] {
  const backend = wasm();
  const largest = Math.max(...SIZES) ** 2;
  const memory = backend.memory(3 * largest, 8);
  for (let i = 0; i < 2 * largest; i++) memory.floats[i] = Math.sin(i);
  const { gemm } = backend.kernels(memory, () => 0);
  return SIZES.map((size) => {
    const [A, B, C] = [0, size * size, 2 * size * size];
    const repeats = Math.ceil(2e7 / (2 * size ** 3)); // about 0.5 ms
    const product = (): void => {
      for (let i = 0; i < repeats; i++) gemm(size, size, size, A, size, 0, B, size, 0, C, size, -1, 0);
    };
    const ms = fastestMs(product, 300);
    return { size, gflops: (repeats * 2 * size ** 3 * 1e-6) / ms, peak: peakGflops() };
  });
}
