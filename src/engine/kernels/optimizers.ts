import { size, place, doublesPlace, kernel } from "./kernel.ts";
import { UPDATE } from "../../protocol/sums.ts";
import { rangeOf } from "./memory.ts";

/**
 * What changes from step to step, as an optimizer's kernel reads it from `doubles` at `hyper`: first these, then its own.
 * The gradient that an optimizer sees is clamp(g · scale, ±limit): that is clipping, without a pass of its own.
 */
export const CLIPPING = ["scale", "limit"] as const;

/** Elements at `hyper` that a kernel may read. */
const HYPER = 16;

const clamp = (g: number, limit: number): number => (g > limit ? limit : g < -limit ? -limit : g);

/**
 * One update of n parameters θ from their gradient. Each writes the sums of `UPDATE` to `doubles[out]`.
 * Meaning and order of operations are those of `torch.optim`.
 */
export const optimizerKernels = {
  /** hyper: lr, momentum, dampening (0 at the first step), weight_decay, nesterov. */
  sgd: kernel({
    params: { n: size, theta: place, grad: place, momentum: place, hyper: doublesPlace, out: doublesPlace },

    scalar: ({ floats: f, doubles: d }) => {
      const within = rangeOf(f);
      return (n, theta, grad, momentum, hyper, out) => {
        const scale = d[hyper];
        const limit = d[hyper + 1];
        const lr = d[hyper + 2];
        const mu = d[hyper + 3];
        const dampening = d[hyper + 4];
        const decay = d[hyper + 5];
        const nesterov = d[hyper + 6];
        let moved = 0;
        let squares = 0;
        for (let i = 0; i < n; i++) {
          const before = f[theta + i];
          let g = within(clamp(f[grad + i] * scale, limit) + decay * before);
          if (momentum >= 0) {
            const buffer = within(mu * f[momentum + i] + (1 - dampening) * g);
            f[momentum + i] = buffer;
            g = nesterov ? g + mu * buffer : buffer;
          }
          f[theta + i] = before - lr * g;
          moved += (f[theta + i] - before) ** 2;
          squares += f[theta + i] ** 2;
        }
        d[out] = moved;
        d[out + 1] = squares;
      };
    },
    access: ({ n }) => ({
      reads: { grad: n, hyper: HYPER },
      writes: { theta: n, momentum: n, out: UPDATE.length },
    }),
  }),

  /**
   * hyper: lr/(1 − β₁ᵗ), β₁, β₂, ε, weight_decay, √(1 − β₂ᵗ), decay factor 1 − lr·weight_decay (AdamW; else 1).
   * `vmax` is −1 without amsgrad.
   */
  adam: kernel({
    params: {
      n: size,
      theta: place,
      grad: place,
      m: place,
      v: place,
      vmax: place,
      hyper: doublesPlace,
      out: doublesPlace,
    },

    scalar: ({ floats: f, doubles: d }) => {
      const within = rangeOf(f);
      return (n, theta, grad, m, v, vmax, hyper, out) => {
        const scale = d[hyper];
        const limit = d[hyper + 1];
        const stepSize = d[hyper + 2];
        const beta1 = d[hyper + 3];
        const beta2 = d[hyper + 4];
        const eps = d[hyper + 5];
        const decay = d[hyper + 6];
        const root = d[hyper + 7];
        const keep = d[hyper + 8];
        let moved = 0;
        let squares = 0;
        for (let i = 0; i < n; i++) {
          const before = f[theta + i];
          const g = within(clamp(f[grad + i] * scale, limit) + decay * before);
          const mean = within(f[m + i] + (1 - beta1) * (g - f[m + i]));
          const square = within(beta2 * f[v + i] + (1 - beta2) * g * g);
          f[m + i] = mean;
          f[v + i] = square;
          let second = square;
          if (vmax >= 0) {
            second = Math.max(f[vmax + i], square);
            f[vmax + i] = second;
          }
          f[theta + i] = before * keep - (stepSize * mean) / (Math.sqrt(second) / root + eps);
          moved += (f[theta + i] - before) ** 2;
          squares += f[theta + i] ** 2;
        }
        d[out] = moved;
        d[out + 1] = squares;
      };
    },
    access: ({ n }) => ({
      reads: { grad: n, hyper: HYPER },
      writes: { theta: n, m: n, v: n, vmax: n, out: UPDATE.length },
    }),
  }),

  /** hyper: lr, α, ε, weight_decay, momentum, centered. `momentum` and `mean` are −1 where not used. */
  rmsprop: kernel({
    params: {
      n: size,
      theta: place,
      grad: place,
      square: place,
      momentum: place,
      mean: place,
      hyper: doublesPlace,
      out: doublesPlace,
    },

    scalar: ({ floats: f, doubles: d }) => {
      const within = rangeOf(f);
      return (n, theta, grad, square, momentum, mean, hyper, out) => {
        const scale = d[hyper];
        const limit = d[hyper + 1];
        const lr = d[hyper + 2];
        const alpha = d[hyper + 3];
        const eps = d[hyper + 4];
        const decay = d[hyper + 5];
        const mu = d[hyper + 6];
        let moved = 0;
        let squares = 0;
        for (let i = 0; i < n; i++) {
          const before = f[theta + i];
          const g = within(clamp(f[grad + i] * scale, limit) + decay * before);
          const average = within(alpha * f[square + i] + (1 - alpha) * g * g);
          f[square + i] = average;
          let variance = average;
          if (mean >= 0) {
            f[mean + i] += (1 - alpha) * (g - f[mean + i]);
            variance -= f[mean + i] ** 2;
          }
          let change = g / (Math.sqrt(variance) + eps);
          if (momentum >= 0) {
            change = within(mu * f[momentum + i] + change);
            f[momentum + i] = change;
          }
          f[theta + i] = before - lr * change;
          moved += (f[theta + i] - before) ** 2;
          squares += f[theta + i] ** 2;
        }
        d[out] = moved;
        d[out + 1] = squares;
      };
    },
    access: ({ n }) => ({
      reads: { grad: n, hyper: HYPER },
      writes: { theta: n, square: n, momentum: n, mean: n, out: UPDATE.length },
    }),
  }),

  /** hyper: lr/(1 + (t − 1)·lr_decay), ε, weight_decay. */
  adagrad: kernel({
    params: { n: size, theta: place, grad: place, sum: place, hyper: doublesPlace, out: doublesPlace },

    scalar: ({ floats: f, doubles: d }) => {
      const within = rangeOf(f);
      return (n, theta, grad, sum, hyper, out) => {
        const scale = d[hyper];
        const limit = d[hyper + 1];
        const lr = d[hyper + 2];
        const eps = d[hyper + 3];
        const decay = d[hyper + 4];
        let moved = 0;
        let squares = 0;
        for (let i = 0; i < n; i++) {
          const before = f[theta + i];
          const g = within(clamp(f[grad + i] * scale, limit) + decay * before);
          f[sum + i] += g * g;
          f[theta + i] = before - (lr * g) / (Math.sqrt(f[sum + i]) + eps);
          moved += (f[theta + i] - before) ** 2;
          squares += f[theta + i] ** 2;
        }
        d[out] = moved;
        d[out + 1] = squares;
      };
    },
    access: ({ n }) => ({
      reads: { grad: n, hyper: HYPER },
      writes: { theta: n, sum: n, out: UPDATE.length },
    }),
  }),
};
