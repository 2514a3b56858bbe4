import { type KernelFactory, type Kernels, kernels } from "./kernels.ts";

/** The reference: plain loops that compute in double precision and round where they store, in f32 or f64. */
export const scalar: KernelFactory = (memory, random) =>
  Object.fromEntries(
    Object.entries(kernels).map(([name, { scalar: loop }]) => [name, loop(memory, random)]),
  ) as Kernels;
