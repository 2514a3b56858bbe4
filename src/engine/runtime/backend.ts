import type { KernelFactory, Kernels } from "../kernels/kernels.ts";
import type { Memory } from "../kernels/memory.ts";
import { scalar } from "../kernels/scalar.ts";
import { bind, type Call } from "../compile/recorder.ts";

/** Makes calls that have been planned. */
export type Runner = () => void;

/** Turns lists of calls into what makes them. */
export interface Team {
  /** `batch`: the samples that the calls are about. */
  program(calls: readonly Call[], batch: number): Runner;
  /** Lets go of all but this thread. What has been made goes on to run. */
  close(): void;
}

/** What computes: a memory of the needed size, and kernels over it. */
export interface Backend {
  readonly name: string;
  memory(floats: number, doubles: number): Memory;
  readonly kernels: KernelFactory;
  /** Shares the calls among several threads; absent: this one makes them, one after the other. */
  team?(memory: Memory, kernels: Kernels): Team;
}

/** This thread alone. */
export const soloist = (kernels: Kernels): Team => ({
  program(calls) {
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
