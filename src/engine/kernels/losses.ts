import { size, place, doublesPlace, number, kernel } from "./kernel.ts";
import type { Floats } from "../tensor.ts";
import { rangeOf } from "./memory.ts";

/** Writes the gradient of a mean over elements, and gives their sum. */
type Sum = (n: number, x: number, t: number, dx: number) => number;

function lossLoops(f: Floats) {
  const within = rangeOf(f);

  /** The mean of n losses that have this sum, divided by `divisor` each; not finite where the sum of them is not. */
  const meanOf = (sum: number, n: number, divisor = 1): number => {
    const total = within(sum / divisor);
    return Number.isFinite(total) ? sum / n / divisor : total;
  };

  const pointwise =
    (value: (x: number, t: number) => number, slope: (x: number, t: number) => number): Sum =>
    (n, x, t, dx) => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        sum += value(f[x + i], f[t + i]);
        f[dx + i] = slope(f[x + i], f[t + i]) / n;
      }
      return sum;
    };

  const ofErrors = (value: (e: number) => number, slope: (e: number) => number): Sum =>
    pointwise(
      (x, t) => value(within(x - t)),
      (x, t) => slope(within(x - t)),
    );

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

  const mse = ofErrors(
    (e) => e ** 2,
    (e) => 2 * e,
  );
  const l1 = ofErrors(Math.abs, Math.sign);
  const bce = pointwise(
    (p, t) => -t * Math.max(Math.log(p), -100) - (1 - t) * Math.max(Math.log1p(-p), -100),
    (p, t) => (p - t) / Math.max((1 - p) * p, 1e-12),
  );
  const bceWithLogits = pointwise(
    (x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))),
    // σ(x) − t; above 0 from σ(−x), which keeps its digits where σ(x) is all but 1
    (x, t) => (x > 0 ? 1 - t - 1 / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)) - t),
  );
  /** `divisor`: of the gradients, before they are rounded. */
  const huberOf = (delta: number, divisor = 1): Sum =>
    ofErrors(
      (e) => (Math.abs(e) < delta ? within(0.5 * e ** 2) : delta * (Math.abs(e) - 0.5 * delta)),
      (e) => (Math.abs(e) < delta ? e : delta * Math.sign(e)) / divisor,
    );

  return { within, meanOf, argmax, rightAnswers, mse, l1, bce, bceWithLogits, huberOf };
}

/**
 * Losses with `reduction="mean"`: each writes the loss to `doubles[out]`, the number of right answers to
 * `doubles[out + 1]` where it is a classification, and ∂loss/∂x to dx. They are computed in double precision; but in a run of
 * single precision what PyTorch's floats do not hold is no number here either: an error, its square, the sum of all losses
 * before it is divided.
 */
export const lossKernels = {
  /** mean of (x − t)² */
  mse: kernel({
    params: { n: size, x: place, t: place, dx: place, out: doublesPlace },

    scalar: ({ floats: f, doubles: d }) => {
      const { meanOf, mse } = lossLoops(f);
      return (n, x, t, dx, out) => {
        d[out] = meanOf(mse(n, x, t, dx), n);
      };
    },
    access: ({ n }) => ({ reads: { x: n, t: n }, writes: { dx: n, out: 1 } }),
    cost: ({ n }) => 0.4 * n,
  }),

  /** mean of |x − t| */
  l1: kernel({
    params: { n: size, x: place, t: place, dx: place, out: doublesPlace },

    scalar: ({ floats: f, doubles: d }) => {
      const { meanOf, l1 } = lossLoops(f);
      return (n, x, t, dx, out) => {
        d[out] = meanOf(l1(n, x, t, dx), n);
      };
    },
    access: ({ n }) => ({ reads: { x: n, t: n }, writes: { dx: n, out: 1 } }),
    cost: ({ n }) => 0.9 * n,
  }),

  /** mean of ½e² below δ = |e|, else δ(|e| − ½δ) (Huber, Robust Estimation of a Location Parameter, 1964) */
  huber: kernel({
    params: { n: size, x: place, t: place, delta: number, dx: place, out: doublesPlace },

    scalar: ({ floats: f, doubles: d }) => {
      const { meanOf, huberOf } = lossLoops(f);
      return (n, x, t, delta, dx, out) => {
        d[out] = meanOf(huberOf(delta)(n, x, t, dx), n);
      };
    },
    access: ({ n }) => ({ reads: { x: n, t: n }, writes: { dx: n, out: 1 } }),
    cost: ({ n }) => 0.8 * n,
  }),

  /** Huber's loss divided by β; |e| where β is 0. */
  smoothL1: kernel({
    params: { n: size, x: place, t: place, beta: number, dx: place, out: doublesPlace },

    scalar: ({ floats: f, doubles: d }) => {
      const { meanOf, l1, huberOf } = lossLoops(f);
      return (n, x, t, beta, dx, out) => {
        if (beta === 0) {
          d[out] = meanOf(l1(n, x, t, dx), n);
          return;
        }
        d[out] = meanOf(huberOf(beta, beta)(n, x, t, dx), n, beta);
      };
    },
    access: ({ n }) => ({ reads: { x: n, t: n }, writes: { dx: n, out: 1 } }),
    cost: ({ n }) => 0.9 * n,
  }),

  /** mean of −t·ln p − (1 − t)·ln(1 − p), logarithms not below −100, as PyTorch has it. */
  bce: kernel({
    params: { n: size, p: place, t: place, dx: place, out: doublesPlace },

    scalar: ({ floats: f, doubles: d }) => {
      const { meanOf, rightAnswers, bce } = lossLoops(f);
      return (n, p, t, dx, out) => {
        d[out] = meanOf(bce(n, p, t, dx), n);
        d[out + 1] = rightAnswers(n, p, t, 0.5);
      };
    },
    access: ({ n }) => ({ reads: { p: n, t: n }, writes: { dx: n, out: 2 } }),
    cost: ({ n }) => 7 * n,
  }),

  /** The same of p = σ(x), from x. */
  bceWithLogits: kernel({
    params: { n: size, x: place, t: place, dx: place, out: doublesPlace },

    scalar: ({ floats: f, doubles: d }) => {
      const { meanOf, rightAnswers, bceWithLogits } = lossLoops(f);
      return (n, x, t, dx, out) => {
        d[out] = meanOf(bceWithLogits(n, x, t, dx), n);
        d[out + 1] = rightAnswers(n, x, t, 0);
      };
    },
    access: ({ n }) => ({ reads: { x: n, t: n }, writes: { dx: n, out: 2 } }),
    cost: ({ n }) => 6 * n,
  }),

  /** mean over the rows of −Σ q·ln softmax(x), with q the class in t, smoothed: (1 − s)·onehot + s/n. */
  crossEntropy: kernel({
    params: { rows: size, n: size, x: place, t: place, smoothing: number, dx: place, out: doublesPlace },
    // PyTorch sums −ln p of the classes, and those of all scores a row, apart, and scales the two means.
    scalar: ({ floats: f, doubles: d }) => {
      const { within, argmax } = lossLoops(f);
      return (rows, n, x, t, smoothing, dx, out) => {
        let loss = 0;
        let own = 0;
        let spread = 0;
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
          own += within(logSum - f[row + target]);
          if (smoothing !== 0) {
            loss += smoothing * (logSum - total / n); // not 0 · ∞, where a score is −∞
            spread += within(n * logSum - total);
          }
          for (let i = 0; i < n; i++) {
            const q = (i === target ? 1 - smoothing : 0) + smoothing / n;
            f[dx + r * n + i] = (Math.exp(f[row + i] - logSum) - q) / rows;
          }
          if (argmax(row, n) === target) right++;
        }
        const both = [within(own), within(spread)];
        d[out] = both.every(Number.isFinite)
          ? loss / rows
          : (1 - smoothing) * both[0] + (smoothing === 0 ? 0 : (smoothing / n) * both[1]);
        d[out + 1] = right;
      };
    },
    access: ({ rows, n }) => ({ reads: { x: rows * n, t: rows }, writes: { dx: rows * n, out: 2 } }),
    cost: ({ rows, n }) => rows * (2 * n + 30),
  }),

  /** mean over the rows of −x at the class in t: x are log-probabilities. */
  nll: kernel({
    params: { rows: size, n: size, x: place, t: place, dx: place, out: doublesPlace },

    scalar: ({ floats: f, doubles: d }) => {
      const { meanOf, argmax } = lossLoops(f);
      return (rows, n, x, t, dx, out) => {
        let loss = 0;
        let right = 0;
        f.fill(0, dx, dx + rows * n);
        for (let r = 0; r < rows; r++) {
          const target = f[t + r];
          loss -= f[x + r * n + target];
          f[dx + r * n + target] = -1 / rows;
          if (argmax(x + r * n, n) === target) right++;
        }
        d[out] = meanOf(loss, rows);
        d[out + 1] = right;
      };
    },
    access: ({ rows, n }) => ({ reads: { x: rows * n, t: rows }, writes: { dx: rows * n, out: 2 } }),
    cost: ({ rows, n }) => 0.2 * rows * n,
  }),
};
