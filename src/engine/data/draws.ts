import { number } from "../params.ts";
import type { Generator } from "../rng/generator.ts";

// Every data set is drawn by whole tensors, as PyTorch would draw it, so that a PyTorch program can make the same data from the same seed.

/** `torch.rand(count)` */
export function rand(generator: Generator, count: number): Float32Array {
  const out = new Float32Array(count);
  generator.uniform(out, 0, 1);
  return out;
}

/** `torch.randint(from, to, (count,))` */
export function randint(generator: Generator, from: number, to: number, count: number): Int32Array {
  const out = new Int32Array(count);
  generator.randint(from, to, out);
  return out;
}

/** Adds std · `torch.randn` of the same shape, in double precision. */
export function jitter(generator: Generator, values: Float32Array, std: number): void {
  const noise = new Float32Array(values.length);
  generator.normal(noise, 0, 1);
  for (let i = 0; i < noise.length; i++) values[i] += std * noise[i];
}

/** The parameter of that standard deviation. */
export const noise = (fallback: number) =>
  number("Standard deviation of the noise that is added.", { min: 0 }, fallback);
