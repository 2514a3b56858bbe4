import type { KernelFactory } from "./kernels/kernels.ts";
import type { Memory } from "./kernels/memory.ts";
import { scalar } from "./kernels/scalar.ts";

/** What computes: a memory of the needed size, and kernels over it. */
export interface Backend {
  readonly name: string;
  memory(floats: number, doubles: number): Memory;
  readonly kernels: KernelFactory;
}

/** The reference kernels in single precision, as PyTorch's default. */
export const scalarBackend: Backend = {
  name: "scalar",
  memory: (floats, doubles) => ({ floats: new Float32Array(floats), doubles: new Float64Array(doubles) }),
  kernels: scalar,
};

/** The reference kernels in double precision: what gradients are checked with. */
export const doubleBackend: Backend = {
  name: "scalar f64",
  memory: (floats, doubles) => ({ floats: new Float64Array(floats), doubles: new Float64Array(doubles) }),
  kernels: scalar,
};
