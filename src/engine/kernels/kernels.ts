import type { ActivationKernels } from "./activations.ts";
import type { AttentionKernels } from "./attention.ts";
import type { ConvKernels } from "./conv.ts";
import type { ElementwiseKernels } from "./elementwise.ts";
import type { EmbeddingKernels } from "./embedding.ts";
import type { LossKernels } from "./losses.ts";
import type { MatrixKernels } from "./matrix.ts";
import type { Memory, Random } from "./memory.ts";
import type { NormKernels } from "./norms.ts";
import type { ObservedKernels } from "./observed.ts";
import type { OptimizerKernels } from "./optimizers.ts";
import type { PoolingKernels } from "./pooling.ts";
import type { RecurrentKernels } from "./recurrent.ts";
import type { StatisticsKernels } from "./statistics.ts";

/**
 * The loops that dominate a training step. Arguments are sizes, numbers, and places: elements of `Memory.floats`, or of
 * `Memory.doubles` where the contract says so; −1 stands for a tensor that is not there. Every implementation has the
 * same meaning as `scalar`, which is the reference; `test/engine/kernels.test.ts` holds the others to it.
 *
 * Kernels never allocate in a step, return nothing, and never check shapes: ops have done so. They pass NaN on.
 */
export interface Kernels
  extends
    MatrixKernels,
    ElementwiseKernels,
    ActivationKernels,
    AttentionKernels,
    ConvKernels,
    PoolingKernels,
    EmbeddingKernels,
    NormKernels,
    RecurrentKernels,
    LossKernels,
    ObservedKernels,
    OptimizerKernels,
    StatisticsKernels {}

export type KernelName = keyof Kernels;

/** Makes kernels over a memory. `random` gives dropout's numbers. */
export type KernelFactory = (memory: Memory, random: Random) => Kernels;
