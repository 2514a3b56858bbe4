import { type Shape, sizeOf } from "../tensor.ts";
import { at, op } from "./op.ts";

/** Elements of one channel of one sample, in a batch whose second dimension are the channels. */
const innerOf = (x: Shape): number => sizeOf(x) / x[0] / x[1];

/** Inputs: x[batch, channels, …], weight?, bias?, running_mean?, running_var? (all four, or the first or last two). */
export interface BatchNormAttrs {
  readonly eps: number;
  readonly momentum: number;
  readonly affine: boolean;
  readonly tracked: boolean;
  /** Normalise by the running averages, and leave them alone. */
  readonly evaluate: boolean;
}

const norm = { eps: 1e-5, momentum: 0.1, affine: true, tracked: true, evaluate: false };

export const batchNorm = op<BatchNormAttrs>({
  name: "batchNorm",
  shape: ([x]) => x,
  savedTensors: ([x]) => [x[1], x[1]],

  forward(k, { inputs, out, saved: [mean, rstd], attrs: { eps, momentum, affine, tracked, evaluate } }) {
    const [x, weight, bias] = inputs;
    const [runningMean, runningVar] = tracked ? inputs.slice(-2) : [];
    const [scale, shift] = affine ? [weight.at, bias.at] : [-1, -1];
    const [batch, channels] = x.shape;
    const inner = innerOf(x.shape);
    const running = [at(runningMean), at(runningVar)] as const;
    if (evaluate) return k.batchNormEval(batch, channels, inner, x.at, out.at, scale, shift, ...running, eps);
    const norm = { batch, channels, inner, weight: scale, mean, rstd };
    k.batchNorm(norm, x.at, out.at, shift, ...running, momentum, eps, 0, channels);
  },

  backward(k, { inputs, saved: [mean, rstd], dOut, dInputs, attrs, scratch }) {
    const [x, weight] = inputs;
    const [dx, dweight, dbias] = dInputs;
    const { affine, evaluate, eps } = attrs;
    const [batch, channels] = x.shape;
    const [inner, scale] = [innerOf(x.shape), affine ? weight.at : -1];
    if (evaluate) {
      // Nothing is trained in `eval()` mode. What does not depend on the batch is a factor a channel, and so is its derivative.
      const zero = scratch(channels);
      if (!dx) return;
      k.fill(channels, zero, 0);
      const variance = at(inputs.at(-1));
      k.batchNormEval(batch, channels, inner, dOut.at, dx.at, scale, -1, zero, variance, eps);
      return;
    }
    const norm = { batch, channels, inner, weight: scale, mean, rstd };
    const [dscale, dshift] = affine ? [at(dweight), at(dbias)] : [-1, -1];
    k.batchNormGrad(norm, x.at, dOut.at, dx?.at ?? scratch(x.size), dscale, dshift, 0, channels);
  },

  neededForBackward: ({ evaluate, affine }) => ({
    inputs: evaluate ? (affine ? [1, 4] : [2]) : [0, 1],
    out: false,
  }),
  inPlace: true,
  samples: [
    { shapes: [[5, 3], [3], [3], [3], [3]], attrs: norm, fixed: [3, 4] },
    { shapes: [[4, 3], [3], [3]], attrs: { ...norm, tracked: false } },
    { shapes: [[3, 2, 5]], attrs: { ...norm, affine: false, tracked: false } },
  ],
});

/**
 * Inputs: x, weight?, bias?. Over `groups` groups of the channels and all that lies within a channel; LayerNorm over the
 * last `n` elements is `rows` samples of `n` channels in one group.
 */
export interface GroupNormAttrs {
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly eps: number;
}

export const groupNorm = op<GroupNormAttrs>({
  name: "groupNorm",
  shape: ([x]) => x,
  savedTensors: (_, { batch, groups }) => [batch * groups, batch * groups],

  forward(
    k,
    { inputs: [x, weight, bias], out, saved: [mean, rstd], attrs: { batch, groups, channels, eps } },
  ) {
    const inner = x.size / batch / channels;
    const norm = { groups, channels, inner, weight: at(weight) };
    k.groupNorm(norm, batch, x.at, out.at, at(bias), mean, rstd, eps);
  },

  backward(
    k,
    { inputs: [x, weight], saved: [mean, rstd], dOut, dInputs: [dx, dweight, dbias], attrs, scratch },
  ) {
    const { batch, groups, channels } = attrs;
    const norm = { groups, channels, inner: x.size / batch / channels, weight: at(weight) };
    const dInput = dx?.at ?? scratch(x.size);
    k.groupNormGrad(norm, batch, x.at, dOut.at, mean, rstd, dInput, at(dweight), at(dbias));
  },

  neededForBackward: () => ({ inputs: [0, 1], out: false }),
  inPlace: true,
  samples: [
    { shapes: [[3, 5], [5], [5]], attrs: { batch: 3, groups: 1, channels: 5, eps: 1e-5 } },
    { shapes: [[3, 5]], attrs: { batch: 3, groups: 1, channels: 5, eps: 1e-5 } },
    { shapes: [[2, 6, 5], [6], [6]], attrs: { batch: 2, groups: 3, channels: 6, eps: 1e-5 } },
  ],
});

/** Inputs: x[…, n], weight[n]?. */
export const rmsNorm = op<{ readonly n: number; readonly eps: number }>({
  name: "rmsNorm",
  shape: ([x]) => x,
  savedTensors: ([x], { n }) => [sizeOf(x) / n],
  forward: (k, { inputs: [x, weight], out, saved: [rstd], attrs: { n, eps } }) =>
    k.rmsNorm(x.size / n, n, x.at, out.at, at(weight), rstd, eps),
  backward: (
    k,
    { inputs: [x, weight], saved: [rstd], dOut, dInputs: [dx, dweight], attrs: { n }, scratch },
  ) => k.rmsNormGrad(x.size / n, n, x.at, dOut.at, at(weight), rstd, dx?.at ?? scratch(x.size), at(dweight)),
  neededForBackward: () => ({ inputs: [0, 1], out: false }),
  inPlace: true,
  samples: [
    { shapes: [[3, 5], [5]], attrs: { n: 5, eps: 1e-5 } },
    { shapes: [[3, 5]], attrs: { n: 5, eps: 1e-5 } },
  ],
});
