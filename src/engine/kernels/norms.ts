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

const groupNormDescriptor = descriptor("GroupNormDescriptor", {
  groups: size,
  channels: size,
  inner: size,
  weight: place,
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
 * Normalisation over parts of a tensor. `weight` and `bias` are −1 where a layer has none; `mean` and `rstd`
 * (1/√(variance + ε)) are kept for the backward pass. Squares whose sum a float of the run does not hold are infinite, and what is
 * normalised then is 0, as in PyTorch.
 */
export const normKernels = {
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

  /**
   * Normalises each group of x[batch, groups, channels / groups · inner], then scales by channel (Wu & He, Group
   * Normalization, 2018). LayerNorm is `inner` 1 and one group; InstanceNorm is one group a channel.
   */
  groupNorm: kernel({
    descriptor: groupNormDescriptor,
    params: { batch: size, x: place, y: place, bias: place, mean: place, rstd: place, eps: number },

    scalar: ({ floats: f }) => {
      const within = rangeOf(f);
      return ({ groups, channels, inner, weight }, batch, x, y, bias, mean, rstd, eps) => {
        const width = channels / groups;
        const n = width * inner;
        for (let g = 0; g < batch * groups; g++) {
          const at = g * n;
          let sum = 0;
          for (let i = at; i < at + n; i++) sum += f[x + i];
          const mu = sum / n;
          let squares = 0;
          for (let i = at; i < at + n; i++) squares += (f[x + i] - mu) ** 2;
          const r = 1 / Math.sqrt(within(squares) / n + eps);
          f[mean + g] = mu;
          f[rstd + g] = r;
          const first = (g % groups) * width;
          for (let w = 0, i = at; w < width; w++) {
            const scale = r * (weight < 0 ? 1 : f[weight + first + w]);
            const shift = bias < 0 ? 0 : f[bias + first + w];
            for (const end = i + inner; i < end; i++) f[y + i] = (f[x + i] - mu) * scale + shift;
          }
        }
      };
    },
    access: ({ batch, groups, channels, inner }) => ({
      reads: { x: batch * channels * inner, weight: channels, bias: channels },
      writes: { y: batch * channels * inner, mean: batch * groups, rstd: batch * groups },
    }),
    split: {
      along: "batch",
      moves: ({ groups, channels, inner }) => ({
        x: channels * inner,
        y: channels * inner,
        mean: groups,
        rstd: groups,
      }),
    },
    cost: ({ batch, channels, inner }) => 0.8 * batch * channels * inner,
  }),

  /** Backward pass of `groupNorm`. dx may be dy. */
  groupNormGrad: kernel({
    descriptor: groupNormDescriptor,
    params: {
      batch: size,
      x: place,
      dy: place,
      mean: place,
      rstd: place,
      dx: place,
      dweight: place,
      dbias: place,
    },
    // With ŷ = dy·w: dx = r·(ŷ − mean(ŷ) − x̂·mean(ŷ·x̂)) over the group
    scalar:
      ({ floats: f }) =>
      ({ groups, channels, inner, weight }, batch, x, dy, mean, rstd, dx, dweight, dbias) => {
        const width = channels / groups;
        const n = width * inner;
        if (dweight >= 0) f.fill(0, dweight, dweight + channels);
        if (dbias >= 0) f.fill(0, dbias, dbias + channels);
        for (let g = 0; g < batch * groups; g++) {
          const mu = f[mean + g];
          const r = f[rstd + g];
          const first = (g % groups) * width;
          let sum = 0;
          let dot = 0;
          for (let w = 0, i = g * n; w < width; w++) {
            const scale = weight < 0 ? 1 : f[weight + first + w];
            let channelSum = 0;
            let channelDot = 0;
            for (const end = i + inner; i < end; i++) {
              channelSum += f[dy + i];
              channelDot += f[dy + i] * (f[x + i] - mu) * r;
            }
            if (dweight >= 0) f[dweight + first + w] += channelDot;
            if (dbias >= 0) f[dbias + first + w] += channelSum;
            sum += channelSum * scale;
            dot += channelDot * scale;
          }
          for (let w = 0, i = g * n; w < width; w++) {
            const scale = weight < 0 ? 1 : f[weight + first + w];
            for (const end = i + inner; i < end; i++) {
              f[dx + i] = r * (f[dy + i] * scale - sum / n - ((f[x + i] - mu) * r * dot) / n);
            }
          }
        }
      },
    access: ({ batch, groups, channels, inner }) => ({
      reads: {
        x: batch * channels * inner,
        dy: batch * channels * inner,
        weight: channels,
        mean: batch * groups,
        rstd: batch * groups,
      },
      writes: { dx: batch * channels * inner, dweight: channels, dbias: channels },
    }),
    cost: ({ batch, channels, inner }) => 0.7 * batch * channels * inner,
  }),

  /** y = x / √(mean of x² + ε) · weight for each row of n (Zhang & Sennrich, Root Mean Square Layer Normalization, 2019). */
  rmsNorm: kernel({
    params: { rows: size, n: size, x: place, y: place, weight: place, rstd: place, eps: number },

    scalar: ({ floats: f }) => {
      const within = rangeOf(f);
      return (rows, n, x, y, weight, rstd, eps) => {
        for (let row = 0, at = 0; row < rows; row++, at += n) {
          let squares = 0;
          for (let i = at; i < at + n; i++) squares += f[x + i] ** 2;
          const r = 1 / Math.sqrt(within(squares) / n + eps);
          f[rstd + row] = r;
          for (let j = 0; j < n; j++) f[y + at + j] = f[x + at + j] * r * (weight < 0 ? 1 : f[weight + j]);
        }
      };
    },
    access: ({ rows, n }) => ({ reads: { x: rows * n, weight: n }, writes: { y: rows * n, rstd: rows } }),
    split: { along: "rows", moves: ({ n }) => ({ x: n, y: n, rstd: 1 }) },
    cost: ({ rows, n }) => 0.6 * rows * n,
  }),

  /** Backward pass of `rmsNorm`. dx may be dy. */
  rmsNormGrad: kernel({
    params: {
      rows: size,
      n: size,
      x: place,
      dy: place,
      weight: place,
      rstd: place,
      dx: place,
      dweight: place,
    },
    // With ŷ = dy·w: dx = r·(ŷ − x·r²·mean(ŷ·x))
    scalar:
      ({ floats: f }) =>
      (rows, n, x, dy, weight, rstd, dx, dweight) => {
        if (dweight >= 0) f.fill(0, dweight, dweight + n);
        for (let row = 0, at = 0; row < rows; row++, at += n) {
          const r = f[rstd + row];
          let dot = 0;
          for (let j = 0; j < n; j++) {
            const product = f[dy + at + j] * f[x + at + j];
            if (dweight >= 0) f[dweight + j] += product * r;
            dot += product * (weight < 0 ? 1 : f[weight + j]);
          }
          for (let j = 0; j < n; j++) {
            const scaled = f[dy + at + j] * (weight < 0 ? 1 : f[weight + j]);
            f[dx + at + j] = r * (scaled - (f[x + at + j] * r * r * dot) / n);
          }
        }
      },
    access: ({ rows, n }) => ({
      reads: { x: rows * n, dy: rows * n, weight: n, rstd: rows },
      writes: { dx: rows * n, dweight: n },
    }),
    cost: ({ rows, n }) => 0.5 * rows * n,
  }),
};
