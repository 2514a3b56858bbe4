import type { Kernels } from "../kernels/kernels.ts";
import type { Shape, Tensor } from "../tensor.ts";

/** What an op finds when its calls are recorded. */
export interface Forward<A> {
  readonly inputs: readonly Tensor[];
  readonly out: Tensor;
  /** Places of what `Op.saves` asked for: written in the forward pass, read in the backward pass. */
  readonly saved: readonly number[];
  readonly attrs: A;
  /** A place for `size` elements that nobody needs after this op. */
  scratch(size: number): number;
  /** What the op's own pass takes along, of its first input and its output (`moments`), or of their gradients (`sumSquares`); absent: nothing. */
  readonly sums?: readonly SummedPart[] | undefined;
}

export interface Backward<A> extends Forward<A> {
  readonly dOut: Tensor;
  /** Where the gradient of each input goes; it is overwritten. `undefined`: not wanted. */
  readonly dInputs: readonly (Tensor | undefined)[];
  /** Where the pass that takes `sums` along puts the sums over the rows of the gradient of its first input, a row of them for each part. */
  readonly writesRowSums?: RowSums | undefined;
  /** Those over the rows of dOut, where the pass that wrote it has taken them. */
  readonly rowSums?: RowSums | undefined;
  /** To be called for each step of an op over time steps, with the place of its ∂L/∂h_t and the number of elements. */
  readonly time: ((t: number, at: number, n: number) => void) | undefined;
}

/** Shapes to check an op on: of its inputs (random numbers), with attributes. */
export interface Sample<A> {
  readonly shapes: readonly Shape[];
  readonly attrs: A;
  /** Keep inputs at least this far from these points, where the function has no derivative. */
  readonly kinks?: readonly number[];
  /** Inputs that are not numbers to differentiate by, but ids below `n`. */
  readonly ids?: { readonly input: number; readonly below: number };
  /** Inputs that have no gradient: running averages. */
  readonly fixed?: readonly number[];
}

/** A part of the tensors that a pass reads and writes: n elements, and where the sums over those of each go. */
export interface SummedPart {
  readonly from: number;
  readonly n: number;
  readonly read: number;
  readonly written: number;
}

/** Sums over the rows of a gradient, which are the gradient of a bias: `rows` of them, each of `n` numbers, still to be added up. */
export interface RowSums {
  readonly at: number;
  readonly rows: number;
  readonly n: number;
}

/** Tensors of an op's call: inputs by their numbers, and the output. */
export interface Needed {
  readonly inputs: readonly number[];
  readonly out: boolean;
}

/**
 * A differentiable function of tensors, as calls of kernels. The calls are recorded once and then replayed at every step,
 * so `forward` and `backward` may compute and allocate as they like, but cannot look at the numbers.
 */
export interface Op<A = unknown> {
  readonly name: string;
  /** Shape of the result. Throws `ShapeError`. */
  shape(inputs: readonly Shape[], attrs: A): Shape;
  /** Numbers of elements to keep from forward for backward. */
  savedTensors?(inputs: readonly Shape[], attrs: A): readonly number[];
  forward(k: Kernels, call: Forward<A>): void;
  backward(k: Kernels, call: Backward<A>): void;
  /** What `backward` reads, so that the rest can be given back early; absent: all inputs and the output. */
  neededForBackward?(attrs: A): Needed;
  /** `forward` may write the output over any one of these inputs. */
  readonly overwrites?: readonly number[];
  /** `backward` may write the gradient of its first input over that of the output, if that is free and of the same size. */
  readonly inPlace?: boolean;
  /** Gradients of parameters may be computed by a later call than those of other inputs: neither needs what the other computes. */
  readonly deferrable?: boolean;
  /** Its passes that can take sums along. They are elementwise; backward too if it asks for them. */
  readonly takesSums?: readonly ("forward" | "backward")[];
  /** Number of the input whose gradient is the sum over the rows of dOut: a bias. */
  readonly bias?: number;
  /** The gradient of the output is that of every input: nothing to compute (`add`). */
  readonly identityGradient?: boolean;
  readonly samples: readonly Sample<A>[];
}

/** Infers the type of the attributes. */
export const op = <A>(value: Op<A>): Op<A> => value;

export const at = (tensor: Tensor | undefined): number => tensor?.at ?? -1;
