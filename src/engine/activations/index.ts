import type { Activation } from "./activation.ts";
import { bounded } from "./bounded.ts";
import { rectifiers } from "./rectifiers.ts";
import { smooth } from "./smooth.ts";

/**
 * Every elementwise activation, by the name of its op: kernels, ops, layer types and the assembly's numbering
 * (`assembly/activation/kinds.ts`, which the build writes) follow from it.
 */
export const activations = { ...rectifiers, ...smooth, ...bounded };

export type ActivationName = keyof typeof activations;

/** A kernel's `kind` is an index into it. */
export const ACTIVATION_NAMES = Object.keys(activations) as readonly ActivationName[];

/** In order of their kinds. */
export const ACTIVATIONS: readonly Activation[] = Object.values(activations);
