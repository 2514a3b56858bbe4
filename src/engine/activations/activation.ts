import type { Params, Values } from "../params.ts";

/** Where a nonlinearity is saturated: elements of its output outside (low, high). */
export interface Saturation {
  readonly low: number;
  readonly high: number;
}

/** Slope, scale, bounds: what an activation takes besides x, as its layer's parameters give it. */
export interface ActivationAttrs {
  readonly alpha: number;
  readonly beta: number;
}

/** A function applied to every element, with all that is said of it anywhere but its loop in `assembly/activation/activations.ts`. */
export interface Activation {
  f(x: number, alpha: number, beta: number): number;
  /** f′(x), from the argument x and the result y. */
  df(x: number, y: number, alpha: number, beta: number): number;
  /** Where the derivative is 0 no gradient passes, not even one that is not finite: as in PyTorch, which chooses and does not multiply. */
  readonly cuts?: boolean;
  /** The derivative looks at y too where it looks at x. */
  readonly slopeReadsY?: true;
  /**
   * Whether the derivative is the same, to the last bit, when y = f(x) stands in for x: both lie on the same side of every
   * bound, or the derivative looks at y alone. Not hardsigmoid: close to its bounds x/6 + ½ rounds to 0 or 1.
   */
  fromResult?(attrs: ActivationAttrs): boolean;
  /** Where f has no derivative, for the parameters of the samples. */
  readonly kinks?: readonly number[];
  /** Parameters with which the gradient is checked; absent: it takes none. */
  readonly samples?: readonly (readonly [alpha: number, beta: number])[];
  /** The layer types that apply it, by the names of their PyTorch modules. */
  readonly layers?: Readonly<Record<string, ActivationLayer>>;
}

/** A layer type that is one activation, whose α and β come from the params. */
export interface ActivationLayer<P extends Params = Params> {
  readonly doc: string;
  readonly params: P;
  attrs?(params: Values<P>): Partial<ActivationAttrs>;
  /** The activation that these parameters ask for instead, if any. */
  instead?(params: Values<P>): Activation | undefined;
  /** Has a meaningful `act_dead`. */
  readonly dead?: boolean;
  saturation?(params: Values<P>): Saturation;
  /** Why PyTorch refuses these parameters together. */
  check?(params: Values<P>): string | undefined;
}

/** Infers the types of the values from the params. */
export const activationLayer = <const P extends Params>(layer: ActivationLayer<P>): ActivationLayer => layer;

/** Where the derivative is below this share of its maximum, an element is saturated. */
const SATURATED = 0.05;

// y(1 − y) < 5 % of ¼
const logisticEdge = (1 - Math.sqrt(1 - SATURATED)) / 2;
export const logisticSaturation: Saturation = { low: logisticEdge, high: 1 - logisticEdge };

const tanhEdge = Math.sqrt(1 - SATURATED); // 1 − y² < 5 %
export const tanhSaturation: Saturation = { low: -tanhEdge, high: tanhEdge };

const softsignEdge = 1 - Math.sqrt(SATURATED); // (1 − |y|)² < 5 %
export const softsignSaturation: Saturation = { low: -softsignEdge, high: softsignEdge };
