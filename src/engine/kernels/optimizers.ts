import { type Memory, rangeOf } from "./memory.ts";

/**
 * What changes from step to step, as an optimizer's kernel reads it from `doubles` at `hyper`: first these, then its own.
 * The gradient that an optimizer sees is clamp(g · scale, ±limit): that is clipping, without a pass of its own.
 */
export const CLIPPING = ["scale", "limit"] as const;

/** What an update sums up, from `doubles[out]` on: Σ(θ_after − θ_before)², and Σθ_after². */
export const UPDATE = ["moved", "squares"] as const;

/**
 * One update of n parameters θ from their gradient. Each writes the sums of `UPDATE` to `doubles[out]`.
 * Meaning and order of operations are those of `torch.optim`.
 */
export interface OptimizerKernels {
  /** hyper: lr, momentum, dampening (0 at the first step), weight_decay, nesterov. */
  sgd(n: number, theta: number, grad: number, momentum: number, hyper: number, out: number): void;
  /**
   * hyper: lr/(1 − β₁ᵗ), β₁, β₂, ε, weight_decay, √(1 − β₂ᵗ), decay factor 1 − lr·weight_decay (AdamW; else 1).
   * `vmax` is −1 without amsgrad.
   */
  adam(
    n: number,
    theta: number,
    grad: number,
    m: number,
    v: number,
    vmax: number,
    hyper: number,
    out: number,
  ): void;
  /** hyper: lr, α, ε, weight_decay, momentum, centered. `momentum` and `mean` are −1 where not used. */
  rmsprop(
    n: number,
    theta: number,
    grad: number,
    square: number,
    momentum: number,
    mean: number,
    hyper: number,
    out: number,
  ): void;
  /** hyper: lr/(1 + (t − 1)·lr_decay), ε, weight_decay. */
  adagrad(n: number, theta: number, grad: number, sum: number, hyper: number, out: number): void;
}

export function optimizerKernels({ floats: f, doubles: d }: Memory): OptimizerKernels {
  const clamp = (g: number, limit: number): number => (g > limit ? limit : g < -limit ? -limit : g);
  const within = rangeOf(f);

  return {
    sgd(n, theta, grad, momentum, hyper, out) {
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
    },

    adam(n, theta, grad, m, v, vmax, hyper, out) {
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
    },

    rmsprop(n, theta, grad, square, momentum, mean, hyper, out) {
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
    },

    adagrad(n, theta, grad, sum, hyper, out) {
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
    },
  };
}
