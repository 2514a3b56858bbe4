import type { Memory } from "./memory.ts";

/**
 * Losses with `reduction="mean"`: each writes the loss to `doubles[out]`, the number of right answers to
 * `doubles[out + 1]` where it is a classification, and ∂loss/∂x to dx.
 */
export interface LossKernels {
  /** mean of (x − t)² */
  mse(n: number, x: number, t: number, dx: number, out: number): void;
  /** mean of |x − t| */
  l1(n: number, x: number, t: number, dx: number, out: number): void;
  /** mean of ½e² below δ = |e|, else δ(|e| − ½δ) (Huber, Robust Estimation of a Location Parameter, 1964) */
  huber(n: number, x: number, t: number, delta: number, dx: number, out: number): void;
  /** Huber's loss divided by β; |e| where β is 0. */
  smoothL1(n: number, x: number, t: number, beta: number, dx: number, out: number): void;
  /** mean of −t·ln p − (1 − t)·ln(1 − p), logarithms not below −100, as PyTorch has it. */
  bce(n: number, p: number, t: number, dx: number, out: number): void;
  /** The same of p = σ(x), from x. */
  bceWithLogits(n: number, x: number, t: number, dx: number, out: number): void;
  /** mean over the rows of −Σ q·ln softmax(x), with q the class in t, smoothed: (1 − s)·onehot + s/n. */
  crossEntropy(
    rows: number,
    n: number,
    x: number,
    t: number,
    smoothing: number,
    dx: number,
    out: number,
  ): void;
  /** mean over the rows of −x at the class in t: x are log-probabilities. */
  nll(rows: number, n: number, x: number, t: number, dx: number, out: number): void;
}

export function lossKernels({ floats: f, doubles: d }: Memory): LossKernels {
  /** A loss that is a mean over elements. */
  const pointwise =
    (value: (x: number, t: number) => number, slope: (x: number, t: number) => number) =>
    (n: number, x: number, t: number, dx: number, out: number): void => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        sum += value(f[x + i], f[t + i]);
        f[dx + i] = slope(f[x + i], f[t + i]) / n;
      }
      d[out] = sum / n;
    };

  /** Where a row of n is greatest; the first of equals, as `argmax`. */
  const argmax = (x: number, n: number): number => {
    let best = 0;
    for (let i = 1; i < n; i++) if (f[x + i] > f[x + best]) best = i;
    return best;
  };

  const rightAnswers = (n: number, x: number, t: number, threshold: number): number => {
    let right = 0;
    for (let i = 0; i < n; i++) if (f[x + i] > threshold === f[t + i] > 0.5) right++;
    return right;
  };

  const mse = pointwise(
    (x, t) => (x - t) ** 2,
    (x, t) => 2 * (x - t),
  );
  const l1 = pointwise(
    (x, t) => Math.abs(x - t),
    (x, t) => Math.sign(x - t),
  );
  const bce = pointwise(
    (p, t) => -t * Math.max(Math.log(p), -100) - (1 - t) * Math.max(Math.log1p(-p), -100),
    (p, t) => (p - t) / Math.max((1 - p) * p, 1e-12),
  );
  const bceWithLogits = pointwise(
    (x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))),
    // σ(x) − t; above 0 from σ(−x), which keeps its digits where σ(x) is all but 1
    (x, t) => (x > 0 ? 1 - t - 1 / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)) - t),
  );
  const huberOf = (delta: number) =>
    pointwise(
      (x, t) => (Math.abs(x - t) < delta ? 0.5 * (x - t) ** 2 : delta * (Math.abs(x - t) - 0.5 * delta)),
      (x, t) => (Math.abs(x - t) < delta ? x - t : delta * Math.sign(x - t)),
    );

  return {
    mse,
    l1,
    huber: (n, x, t, delta, dx, out) => huberOf(delta)(n, x, t, dx, out),

    smoothL1(n, x, t, beta, dx, out) {
      if (beta === 0) return l1(n, x, t, dx, out);
      huberOf(beta)(n, x, t, dx, out);
      for (let i = 0; i < n; i++) f[dx + i] /= beta;
      d[out] /= beta;
    },

    bce(n, p, t, dx, out) {
      bce(n, p, t, dx, out);
      d[out + 1] = rightAnswers(n, p, t, 0.5);
    },

    bceWithLogits(n, x, t, dx, out) {
      bceWithLogits(n, x, t, dx, out);
      d[out + 1] = rightAnswers(n, x, t, 0);
    },

    crossEntropy(rows, n, x, t, smoothing, dx, out) {
      let loss = 0;
      let right = 0;
      for (let r = 0; r < rows; r++) {
        const row = x + r * n;
        let max = -Infinity;
        for (let i = 0; i < n; i++) max = Math.max(max, f[row + i]);
        let sum = 0;
        let total = 0;
        for (let i = 0; i < n; i++) {
          sum += Math.exp(f[row + i] - max);
          total += f[row + i];
        }
        const logSum = max + Math.log(sum);
        const target = f[t + r];
        loss += (1 - smoothing) * (logSum - f[row + target]);
        if (smoothing !== 0) loss += smoothing * (logSum - total / n); // not 0 · ∞, where a score is −∞
        for (let i = 0; i < n; i++) {
          const q = (i === target ? 1 - smoothing : 0) + smoothing / n;
          f[dx + r * n + i] = (Math.exp(f[row + i] - logSum) - q) / rows;
        }
        if (argmax(row, n) === target) right++;
      }
      d[out] = loss / rows;
      d[out + 1] = right;
    },

    nll(rows, n, x, t, dx, out) {
      let loss = 0;
      let right = 0;
      f.fill(0, dx, dx + rows * n);
      for (let r = 0; r < rows; r++) {
        const target = f[t + r];
        loss -= f[x + r * n + target];
        f[dx + r * n + target] = -1 / rows;
        if (argmax(x + r * n, n) === target) right++;
      }
      d[out] = loss / rows;
      d[out + 1] = right;
    },
  };
}
