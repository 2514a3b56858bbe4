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
    const shape = { k: size, lda: size, ta: 0, ldb: size, tb: 0, ldc: size, accumulate: 0 };
    const repeats = Math.ceil(2e7 / (2 * size ** 3)); // about 0.5 ms
    const product = (): void => {
      for (let i = 0; i < repeats; i++) gemm(shape, size, size, A, B, C, -1);
    };
    const ms = fastestMs(product, 300);
    return { size, gflops: (repeats * 2 * size ** 3 * 1e-6) / ms, peak: peakGflops() };
  });
}
