import type { Activation, ActivationAttrs } from "../activations/activation.ts";
import { ACTIVATIONS, activations, type ActivationName } from "../activations/index.ts";
import { LIGHT } from "../kernels/instrumented.ts";
import { sizeOf } from "../tensor.ts";
import { at, type Op, op } from "./op.ts";

/** Parameters to check the gradient of those with that take none. */
const WITHOUT: NonNullable<Activation["samples"]> = [[0, 0]];

function elementwise(name: ActivationName, activation: Activation): Op<ActivationAttrs> {
  const kind = ACTIVATIONS.indexOf(activation);
  const { kinks = [], samples = WITHOUT, slopeReadsY = false } = activation;
  const yForX = (attrs: ActivationAttrs): boolean => activation.fromResult?.(attrs) ?? false;
  return {
    name,
    shape: ([x]) => x,
    forward(k, { inputs: [x], out, attrs: { alpha, beta }, sums }) {
      if (!sums) k.activation(kind, x.size, x.at, out.at, alpha, beta);
      for (const { from, n, read, written } of sums ?? [])
        k.activationMoments(kind, n, x.at + from, out.at + from, alpha, beta, read, written);
    },
    backward(k, { inputs, out, dOut, dInputs: [dx], attrs, sums, writesRowSums: rowSums }) {
      const { alpha, beta } = attrs;
      const x = yForX(attrs) ? out : inputs[0];
      if (!sums) k.activationGrad(kind, x.size, x.at, out.at, dOut.at, at(dx), alpha, beta);
      sums?.forEach(({ from, n, read, written }, i) => {
        const tensors = [x.at + from, out.at + from, dOut.at + from, at(dx) + from] as const;
        if (!rowSums) return k.activationGradSquares(kind, n, ...tensors, alpha, beta, read, written);
        const to = rowSums.at + i * rowSums.n;
        k.activationGradSums({ kind, alpha, beta }, n / rowSums.n, rowSums.n, ...tensors, read, written, to);
      });
    },
    takesSums: (["forward", "backward"] as const).filter((pass) => LIGHT[pass].includes(name)),
    neededForBackward: (attrs) =>
      yForX(attrs) ? { inputs: [], out: true } : { inputs: [0], out: slopeReadsY },
    overwrites: [0],
    inPlace: true,
    samples: samples.map(([alpha, beta]) => ({ shapes: [[3, 7]], attrs: { alpha, beta }, kinks })),
  };
}

/** The elementwise activations as ops. */
export const elementwiseOps = Object.fromEntries(
  (Object.entries(activations) as [ActivationName, Activation][]).map(([name, activation]) => [
    name,
    elementwise(name, activation),
  ]),
) as Readonly<Record<ActivationName, Op<ActivationAttrs>>>;

/** The op that applies it. */
export const opOf = (activation: Activation): Op<ActivationAttrs> =>
  Object.values(elementwiseOps)[ACTIVATIONS.indexOf(activation)];

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
