import type { KernelFactory, Kernels } from "../kernels/kernels.ts";
import type { Memory } from "../kernels/memory.ts";
import { scalar } from "../kernels/scalar.ts";
import { bind, type Call } from "../compile/recorder.ts";

/** Makes calls that have been compiled. */
export type Runner = () => void;

/** Turns lists of calls into what makes them. */
export interface Executor {
  /** `batch`: the samples that the calls are about. */
  runner(calls: readonly Call[], batch: number): Runner;
  /** Releases all threads but this one. What has been made goes on to run. */
  close(): void;
}

/** What computes: a memory of the needed size, and kernels over it. */
export interface Backend {
  readonly name: string;
  /** `descriptors`: bytes for those of all calls; absent: room for a few. */
  memory(floats: number, doubles: number, descriptors?: number): Memory;
  readonly kernels: KernelFactory;
  /** Shares the calls among several threads; absent: this one makes them, one after the other. */
  executor?(memory: Memory, kernels: Kernels): Executor;
}

/** This thread alone. */
export const singleThreaded = (kernels: Kernels): Executor => ({
  runner(calls) {
    const bound = bind(kernels, calls);
    return () => {
      for (const call of bound) call();
    };
  },
  close: () => undefined,
});

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
