/** Numbers in [0, 1) that are the same on every run (Lehmer's generator, MINSTD). */
export function lehmer(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Numbers with mean 0 and variance 1, uniform: good directions for a gradient check. */
export const directions = (seed: number): (() => number) => {
  const random = lehmer(seed);
  for (let i = 0; i < 10; i++) random();
  return () => (random() - 0.5) * Math.sqrt(12);
};
