import { ACTIVATION_NAMES, type ActivationName } from "../kernels/activations.ts";
import { sizeOf } from "../tensor.ts";
import { at, type Op, op } from "./op.ts";

export interface ActivationAttrs {
  readonly alpha: number;
  readonly beta: number;
}

/**
 * Kinds whose derivative is the same, to the last bit, when y = f(x) stands in for x: both lie on the same side of every
 * bound, or the derivative looks at y alone. Not hardsigmoid: close to its bounds x/6 + ½ rounds to 0 or 1.
 */
const fromResult: Partial<Record<ActivationName, (attrs: ActivationAttrs) => boolean>> = {
  relu: () => true,
  leakyRelu: ({ alpha }) => alpha >= 0,
  elu: ({ alpha, beta }) => alpha >= 0 && beta > 0,
  selu: () => true,
  hardtanh: () => true,
  sigmoid: () => true,
  tanh: () => true,
};

function elementwise(
  name: ActivationName,
  kinks: readonly number[] = [],
  checked: readonly (readonly [alpha: number, beta: number])[] = [[0, 0]],
): Op<ActivationAttrs> {
  const kind = ACTIVATION_NAMES.indexOf(name);
  const yForX = (attrs: ActivationAttrs): boolean => fromResult[name]?.(attrs) ?? false;
  return {
    name,
    shape: ([x]) => x,
    forward: (k, { inputs: [x], out, attrs }) =>
      k.activation(kind, x.size, x.at, out.at, attrs.alpha, attrs.beta),
    backward(k, { inputs, out, dOut, dInputs: [dx], attrs }) {
      const x = yForX(attrs) ? out : inputs[0];
      k.activationGrad(kind, x.size, x.at, out.at, dOut.at, at(dx), attrs.alpha, attrs.beta);
    },
    neededForBackward: (attrs) =>
      yForX(attrs) ? { inputs: [], out: true } : { inputs: [0], out: name === "elu" },
    overwrites: [0],
    inPlace: true,
    samples: checked.map(([alpha, beta]) => ({ shapes: [[3, 7]], attrs: { alpha, beta }, kinks })),
  };
}

/** The elementwise activations as ops; the last argument are parameters to check the gradient with. */
export const elementwiseOps = {
  relu: elementwise("relu", [0]),
  leakyRelu: elementwise(
    "leakyRelu",
    [0],
    [
      [0.01, 0],
      [-0.3, 0],
    ],
  ),
  elu: elementwise(
    "elu",
    [0],
    [
      [1.3, 0.7],
      [-1.3, 0.7],
    ],
  ),
  selu: elementwise("selu", [0]),
  gelu: elementwise("gelu"),
  geluTanh: elementwise("geluTanh"),
  silu: elementwise("silu"),
  mish: elementwise("mish"),
  softplus: elementwise("softplus", [], [[1.5, 20]]),
  hardtanh: elementwise("hardtanh", [-0.5, 0.8], [[-0.5, 0.8]]),
  hardswish: elementwise("hardswish", [-3, 3]),
  hardsigmoid: elementwise("hardsigmoid", [-3, 3]),
  sigmoid: elementwise("sigmoid"),
  tanh: elementwise("tanh"),
  softsign: elementwise("softsign"),
  logSigmoid: elementwise("logSigmoid"),
} satisfies Record<ActivationName, Op<ActivationAttrs>>;

/** Channels of a batch are its second dimension, as for `nn.PReLU`; `outer` × `channels` × `inner` elements. */
const channelsOf = (x: readonly number[]): readonly [number, number, number] => {
  const channels = x.length > 1 ? x[1] : 1;
  return [x[0], channels, sizeOf(x) / x[0] / channels];
};

/** y = max(x, 0) + w · min(x, 0), with one w or one a channel (He et al., Delving Deep into Rectifiers, 2015). */
export const prelu = op<null>({
  name: "prelu",
  shape: ([x]) => x,
  forward: (k, { inputs: [x, w], out }) =>
    k.prelu(...channelsOf(x.shape), x.at, out.at, w.at, w.size === 1 ? 1 : 0),
  backward: (k, { inputs: [x, w], dOut, dInputs: [dx, dw], scratch }) =>
    k.preluGrad(
      ...channelsOf(x.shape),
      x.at,
      dOut.at,
      dx?.at ?? scratch(x.size),
      w.at,
      dw?.at ?? scratch(w.size),
      w.size === 1 ? 1 : 0,
    ),
  neededForBackward: () => ({ inputs: [0, 1], out: false }),
  inPlace: true,
  samples: [
    { shapes: [[3, 5], [1]], attrs: null, kinks: [0] },
    { shapes: [[3, 5], [5]], attrs: null, kinks: [0] },
    { shapes: [[2, 3, 5], [3]], attrs: null, kinks: [0] },
  ],
});

/** y = softmax over the last dimension. */
export const softmax = op<null>({
  name: "softmax",
  shape: ([x]) => x,
  forward: (k, { inputs: [x], out }) => k.softmax(x.size / width(x.shape), width(x.shape), x.at, out.at),
  backward: (k, { inputs: [x], out, dOut, dInputs: [dx] }) =>
    k.softmaxGrad(x.size / width(x.shape), width(x.shape), out.at, dOut.at, at(dx)),
  neededForBackward: () => ({ inputs: [], out: true }),
  overwrites: [0],
  inPlace: true,
  samples: [
    { shapes: [[3, 5]], attrs: null },
    { shapes: [[2, 3, 4]], attrs: null },
  ],
});

const width = (shape: readonly number[]): number => shape.at(-1) ?? 1;

/** y = x · mask, a new mask of 0 and 1/(1 − p) at every step. */
export const dropout = op<{ readonly p: number }>({
  name: "dropout",
  shape: ([x]) => x,
  savedTensors: ([x]) => [sizeOf(x)],
  forward: (k, { inputs: [x], out, saved: [mask], attrs: { p } }) => k.dropout(x.size, x.at, out.at, mask, p),
  backward: (k, { dOut, dInputs: [dx], saved: [mask] }) => k.multiply(dOut.size, dOut.at, mask, at(dx)),
  neededForBackward: () => ({ inputs: [], out: false }),
  overwrites: [0],
  inPlace: true,
  samples: [{ shapes: [[4, 9]], attrs: { p: 0.4 } }],
});
