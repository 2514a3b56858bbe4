import type { Generator } from "../rng/generator.ts";
import type { Declared, Params, Values } from "../params.ts";
import type { Shape } from "../tensor.ts";

/** A way to set initial weights: a function of `torch.nn.init`, under its name without the underscore. */
export interface InitType<P extends Params = Params> extends Declared<P> {
  /** Why PyTorch refuses a tensor of this shape with these params, as a sentence. */
  refuses?(shape: Shape, params: Values<P>): string | undefined;
  /** Fills `out`, which has `shape`; assumes that it is not refused. Draws as PyTorch does after `torch.manual_seed`. */
  fill(generator: Generator, out: Float32Array, shape: Shape, params: Values<P>): void;
}

/** Infers the types of the values from the params. */
export const init = <const P extends Params>(type: InitType<P>): InitType<P> => type;
