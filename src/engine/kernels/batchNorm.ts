import { size, place, number, descriptor, kernel, STRIP } from "./kernel.ts";
import type { Floats } from "../tensor.ts";
import { rangeOf } from "./memory.ts";

/** What both passes of a batch normalisation have in common. */
const batchNormDescriptor = descriptor("BatchNormDescriptor", {
  batch: size,
  channels: size,
  inner: size,
  weight: place,
  mean: place,
  rstd: place,
});

/** y = (x − mean) · rstd · weight + bias over one channel. */
function scaleChannel(
  f: Floats,
  batch: number,
  channels: number,
  inner: number,
  c: number,
  x: number,
  y: number,
  mean: number,
  scale: number,
  shift: number,
): void {
  for (let b = 0; b < batch; b++) {
    for (let p = 0, i = (b * channels + c) * inner; p < inner; p++, i++) {
      f[y + i] = (f[x + i] - mean) * scale + shift;
    }
  }
}

/** All channels from `first` on, `count` of them: a strip of them is one unit. */
const channelStrips = {
  units: ({ count }: Channels) => Math.ceil(count / STRIP),
  part: ({ first, count }: Channels, from: number, to: number) => ({
    first: first + from * STRIP,
    count: Math.min(to * STRIP, count) - from * STRIP,
  }),
};

interface Channels {
  readonly first: number;
  readonly count: number;
}

/**
 * Normalisation of channels over the batch. `weight` and `bias` are −1 where a layer has none; `mean` and `rstd`
 * (1/√(variance + ε)) are kept for the backward pass. Squares whose sum a float of the run does not hold are infinite, and what is
 * normalised then is 0, as in PyTorch.
 */
export const batchNormKernels = {
  /**
   * Normalises each channel of x[batch, channels, inner] by the batch's mean and biased variance, and moves the running
   * averages by `momentum` towards the mean and the unbiased variance (Ioffe & Szegedy, Batch Normalization, 2015): `count`
   * channels from `first` on.
   */
  batchNorm: kernel({
    descriptor: batchNormDescriptor,
    params: {
      x: place,
      y: place,
      bias: place,
      runningMean: place,
      runningVar: place,
      momentum: number,
      eps: number,
      first: size,
      count: size,
    },

    scalar: ({ floats: f }) => {
      const within = rangeOf(f);
      return (norm, x, y, bias, runningMean, runningVar, momentum, eps, first, count) => {
        const { batch, channels, inner, weight, mean, rstd } = norm;
        const n = batch * inner;
        for (let c = first; c < first + count; c++) {
          let sum = 0;
          for (let b = 0; b < batch; b++) {
            for (let p = 0, i = x + (b * channels + c) * inner; p < inner; p++) sum += f[i + p];
          }
          const mu = sum / n;
          let squares = 0;
          for (let b = 0; b < batch; b++) {
            for (let p = 0, i = x + (b * channels + c) * inner; p < inner; p++)
              squares += (f[i + p] - mu) ** 2;
          }
          squares = within(squares);
          const r = 1 / Math.sqrt(squares / n + eps);
          f[mean + c] = mu;
          f[rstd + c] = r;
          if (runningMean >= 0) {
            f[runningMean + c] = (1 - momentum) * f[runningMean + c] + momentum * mu;
            f[runningVar + c] = (1 - momentum) * f[runningVar + c] + (momentum * squares) / (n - 1);
          }
          scaleChannel(
            f,
            batch,
            channels,
            inner,
            c,
            x,
            y,
            mu,
            r * (weight < 0 ? 1 : f[weight + c]),
            bias < 0 ? 0 : f[bias + c],
          );
        }
      };
    },
    access: ({ batch, channels, inner, first, count }) => ({
      reads: { x: batch * channels * inner, weight: channels, bias: channels },
      writes: {
        y: batch * channels * inner,
        mean: [first, count],
        rstd: [first, count],
        runningMean: [first, count],
        runningVar: [first, count],
      },
    }),
    split: channelStrips,
    cost: ({ batch, count, inner }) => (inner > 1 ? 0.6 : 0.3) * batch * count * inner,
  }),

  /** The same by the running averages, in `eval()` mode. */
  batchNormEval: kernel({
    params: {
      batch: size,
      channels: size,
      inner: size,
      x: place,
      y: place,
      weight: place,
      bias: place,
      runningMean: place,
      runningVar: place,
      eps: number,
    },

    scalar:
      ({ floats: f }) =>
      (batch, channels, inner, x, y, weight, bias, runningMean, runningVar, eps) => {
        for (let c = 0; c < channels; c++) {
          const scale = (weight < 0 ? 1 : f[weight + c]) / Math.sqrt(f[runningVar + c] + eps);
          scaleChannel(
            f,
            batch,
            channels,
            inner,
            c,
            x,
            y,
            f[runningMean + c],
            scale,
            bias < 0 ? 0 : f[bias + c],
          );
        }
      },
    access: ({ batch, channels, inner }) => ({
      reads: {
        x: batch * channels * inner,
        weight: channels,
        bias: channels,
        runningMean: channels,
        runningVar: channels,
      },
      writes: { y: batch * channels * inner },
    }),
    cost: ({ batch, channels, inner }) => 0.2 * batch * channels * inner,
  }),

  /** Backward pass of `batchNorm`, of the same channels; `dweight` and `dbias` are −1 where there are none. dx may be dy. */
  batchNormGrad: kernel({
    descriptor: batchNormDescriptor,
    params: { x: place, dy: place, dx: place, dweight: place, dbias: place, first: size, count: size },
    // x̂ = (x − μ)·r    dbias = Σ dy    dweight = Σ dy·x̂    dx = r·w·(dy − dbias/n − x̂·dweight/n)
    scalar:
      ({ floats: f }) =>
      ({ batch, channels, inner, weight, mean, rstd }, x, dy, dx, dweight, dbias, first, count) => {
        const n = batch * inner;
        for (let c = first; c < first + count; c++) {
          const mu = f[mean + c];
          const r = f[rstd + c];
          let sum = 0;
          let dot = 0;
          for (let b = 0; b < batch; b++) {
            for (let p = 0, i = (b * channels + c) * inner; p < inner; p++, i++) {
              sum += f[dy + i];
              dot += f[dy + i] * (f[x + i] - mu) * r;
            }
          }
          if (dweight >= 0) f[dweight + c] = dot;
          if (dbias >= 0) f[dbias + c] = sum;
          const scale = r * (weight < 0 ? 1 : f[weight + c]);
          for (let b = 0; b < batch; b++) {
            for (let p = 0, i = (b * channels + c) * inner; p < inner; p++, i++) {
              f[dx + i] = scale * (f[dy + i] - sum / n - ((f[x + i] - mu) * r * dot) / n);
            }
          }
        }
      },
    access: ({ batch, channels, inner, first, count }) => ({
      reads: {
        x: batch * channels * inner,
        dy: batch * channels * inner,
        weight: channels,
        mean: channels,
        rstd: channels,
      },
      writes: { dx: batch * channels * inner, dweight: [first, count], dbias: [first, count] },
    }),
    split: channelStrips,
    cost: ({ batch, count, inner }) => 0.4 * batch * count * inner,
  }),
};
