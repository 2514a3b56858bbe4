import { activationKernels } from "./activations.ts";
import { attentionKernels } from "./attention.ts";
import { batchNormKernels } from "./batchNorm.ts";
import { convKernels } from "./conv.ts";
import { elementwiseKernels } from "./elementwise.ts";
import { embeddingKernels } from "./embedding.ts";
import { groupNormKernels } from "./groupNorm.ts";
import type { AnyKernel, LoopsOf } from "./kernel.ts";
import { lossKernels } from "./losses.ts";
import { matrixKernels } from "./matrix.ts";
import type { Memory, Random } from "./memory.ts";
import { instrumentedKernels } from "./instrumented.ts";
import { optimizerKernels } from "./optimizers.ts";
import { poolingKernels } from "./pooling.ts";
import { recurrentKernels } from "./recurrent.ts";
import { rmsNormKernels } from "./rmsNorm.ts";
import { statisticsKernels } from "./statistics.ts";

/** Every kernel, by the name under which calls and the modules in WebAssembly know it. */
export const kernels = {
  ...matrixKernels,
  ...elementwiseKernels,
  ...activationKernels,
  ...attentionKernels,
  ...convKernels,
  ...poolingKernels,
  ...embeddingKernels,
  ...batchNormKernels,
  ...groupNormKernels,
  ...rmsNormKernels,
  ...recurrentKernels,
  ...lossKernels,
  ...optimizerKernels,
  ...statisticsKernels,
  ...instrumentedKernels,
};

/**
 * The loops that dominate a training step, over a memory, as functions of their arguments in order. Every implementation has the
 * same meaning as `scalar`, which is the reference; `test/engine/wasm.test.ts` holds the others to it.
 *
 * Kernels never allocate tensors, return nothing, and never check shapes: ops have done so. They pass NaN on.
 */
export type Kernels = LoopsOf<typeof kernels>;

export type KernelName = keyof typeof kernels;

/** What is said of the kernels, whichever parameters they have. */
export const described: Readonly<Record<KernelName, AnyKernel>> = kernels;

export const KERNEL_NAMES = Object.keys(kernels) as readonly KernelName[];

/** Makes kernels over a memory. `random` gives dropout's numbers. */
export type KernelFactory = (memory: Memory, random: Random) => Kernels;
