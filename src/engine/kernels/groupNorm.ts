import { size, place, number, descriptor, kernel } from "./kernel.ts";
import { rangeOf } from "./memory.ts";

const groupNormDescriptor = descriptor("GroupNormDescriptor", {
  groups: size,
  channels: size,
  inner: size,
  weight: place,
});

/** Normalisation of groups of channels of a sample, as `batchNormKernels` in all else. */
export const groupNormKernels = {
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
};
