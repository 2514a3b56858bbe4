import { activationKernels } from "./activations.ts";
import { attentionKernels } from "./attention.ts";
import { convKernels } from "./conv.ts";
import { elementwiseKernels } from "./elementwise.ts";
import { embeddingKernels } from "./embedding.ts";
import type { KernelFactory } from "./kernels.ts";
import { lossKernels } from "./losses.ts";
import { matrixKernels } from "./matrix.ts";
import { normKernels } from "./norms.ts";
import { observedKernels } from "./observed.ts";
import { optimizerKernels } from "./optimizers.ts";
import { poolingKernels } from "./pooling.ts";
import { recurrentKernels } from "./recurrent.ts";
import { statisticsKernels } from "./statistics.ts";

/** The reference: plain loops that compute in double precision and round where they store, in f32 or f64. */
export const scalar: KernelFactory = (memory, random) => ({
  ...matrixKernels(memory),
  ...elementwiseKernels(memory, random),
  ...activationKernels(memory),
  ...attentionKernels(memory, random),
  ...convKernels(memory),
  ...poolingKernels(memory),
  ...embeddingKernels(memory),
  ...normKernels(memory),
  ...recurrentKernels(memory),
  ...lossKernels(memory),
  ...optimizerKernels(memory),
  ...statisticsKernels(memory),
  ...observedKernels(memory),
});
