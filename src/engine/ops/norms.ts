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
    const scale = affine ? [weight.at, bias.at] : [-1, -1];
    const place = [x.shape[0], x.shape[1], innerOf(x.shape), x.at, out.at, scale[0], scale[1]] as const;
    if (evaluate) k.batchNormEval(...place, at(runningMean), at(runningVar), eps);
    else k.batchNorm(...place, mean, rstd, at(runningMean), at(runningVar), momentum, eps, 0, x.shape[1]);
  },

  backward(k, { inputs, saved: [mean, rstd], dOut, dInputs, attrs, scratch }) {
    const [x, weight] = inputs;
    const [dx, dweight, dbias] = dInputs;
    const { affine, evaluate, eps } = attrs;
    if (evaluate) {
      // Nothing is trained in `eval()` mode. What does not depend on the batch is a factor a channel, and so is its derivative.
      const [channels, zero] = [x.shape[1], scratch(x.shape[1])];
      if (!dx) return;
      k.fill(channels, zero, 0);
      const place = [x.shape[0], channels, innerOf(x.shape), dOut.at, dx.at] as const;
      k.batchNormEval(...place, affine ? weight.at : -1, -1, zero, at(inputs.at(-1)), eps);
      return;
    }
    k.batchNormGrad(
      x.shape[0],
      x.shape[1],
      innerOf(x.shape),
      x.at,
      dOut.at,
      affine ? weight.at : -1,
      mean,
      rstd,
      dx?.at ?? scratch(x.size),
      affine ? at(dweight) : -1,
      affine ? at(dbias) : -1,
      0,
      x.shape[1],
    );
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
    k.groupNorm(batch, groups, channels, inner, x.at, out.at, at(weight), at(bias), mean, rstd, eps);
  },

  backward(
    k,
    { inputs: [x, weight], saved: [mean, rstd], dOut, dInputs: [dx, dweight, dbias], attrs, scratch },
  ) {
    const { batch, groups, channels } = attrs;
    k.groupNormGrad(
      batch,
      groups,
      channels,
      x.size / batch / channels,
      x.at,
      dOut.at,
      at(weight),
      mean,
      rstd,
      dx?.at ?? scratch(x.size),
      at(dweight),
      at(dbias),
    );
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
