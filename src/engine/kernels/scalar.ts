import { activationKernels } from "./activations.ts";
import { attentionKernels } from "./attention.ts";
import { elementwiseKernels } from "./elementwise.ts";
import type { KernelFactory } from "./kernels.ts";
import { lossKernels } from "./losses.ts";
import { matrixKernels } from "./matrix.ts";
import { normKernels } from "./norms.ts";
import { optimizerKernels } from "./optimizers.ts";
import { statisticsKernels } from "./statistics.ts";

/** The reference: plain loops that compute in double precision and round where they store, in f32 or f64. */
export const scalar: KernelFactory = (memory, random) => ({
  ...matrixKernels(memory),
  ...elementwiseKernels(memory, random),
  ...activationKernels(memory),
  ...attentionKernels(memory, random),
  ...normKernels(memory),
  ...lossKernels(memory),
  ...optimizerKernels(memory),
  ...statisticsKernels(memory),
});
