import { index, size, place, number, kernel } from "./kernel.ts";
import type { Floats } from "../tensor.ts";
import { elements } from "./costs.ts";

/** A function applied to every element, and its derivative from the argument x and the result y; α and β are its parameters. */
export interface Activation {
  readonly f: (x: number, alpha: number, beta: number) => number;
  readonly df: (x: number, y: number, alpha: number, beta: number) => number;
  /** Where the derivative is 0 no gradient passes, not even one that is not finite: as in PyTorch, which chooses and does not multiply. */
  readonly cuts?: boolean;
}

/** dy · f′(x) from x and y = f(x). */
export function gradientOf(
  { df, cuts = false }: Activation,
  dy: number,
  x: number,
  y: number,
  alpha: number,
  beta: number,
): number {
  const slope = df(x, y, alpha, beta);
  return cuts && slope === 0 ? 0 : dy * slope;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** ln(1 + eˣ), without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const SELU_ALPHA = 1.6732632423543772848170429916717; // Klambauer et al., Self-Normalizing Neural Networks, 2017
const SELU_SCALE = 1.0507009873554804934193349852946;
const SQRT_2_PI = Math.sqrt(2 / Math.PI);

/**
 * erf(x) to double precision: the Maclaurin series below 2, beyond it Lentz's continued fraction for erfc
 * (Abramowitz & Stegun 7.1.6 and 7.1.14).
 */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (!(z < 6)) return Number.isNaN(x) ? x : Math.sign(x); // 1 − erf(6) is below half a unit in the last place
  return Math.sign(x) * (z < 2 ? erfSeries(z) : 1 - erfcFraction(z));
}

function erfSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
}

function erfcFraction(z: number): number {
  let tail = 0;
  for (let n = 60; n > 0; n--) tail = n / 2 / (z + tail);
  return Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + tail));
}

const normalCdf = (x: number): number => 0.5 * (1 + erf(x * Math.SQRT1_2));
const geluInner = (x: number): number => SQRT_2_PI * (x + 0.044715 * x * x * x);

/**
 * Every elementwise activation, by the name of its kernel. The comparisons are written so that NaN passes on:
 * `x < 0 ? 0 : x` gives NaN for NaN, `x > 0 ? x : 0` would hide it.
 */
export const activations = {
  relu: { f: (x) => (x < 0 ? 0 : x), df: (x) => (x <= 0 ? 0 : 1), cuts: true },
  leakyRelu: { f: (x, a) => (x < 0 ? a * x : x), df: (x, _y, a) => (x > 0 ? 1 : a) },
  /** ELU and CELU: scale α, and division of the argument by β below 0. */
  elu: {
    f: (x, a, b) => (x < 0 ? a * Math.expm1(x / b) : x),
    df: (x, y, a, b) => (x > 0 ? 1 : (y + a) / b),
  },
  selu: {
    f: (x) => SELU_SCALE * (x < 0 ? SELU_ALPHA * Math.expm1(x) : x),
    df: (x, y) => (x > 0 ? SELU_SCALE : y + SELU_SCALE * SELU_ALPHA),
  },
  gelu: {
    f: (x) => x * normalCdf(x),
    df: (x) => normalCdf(x) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
  },
  geluTanh: {
    f: (x) => 0.5 * x * (1 + Math.tanh(geluInner(x))),
    df: (x) => {
      const t = Math.tanh(geluInner(x));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_PI * (1 + 3 * 0.044715 * x * x);
    },
  },
  silu: {
    f: (x) => x * logistic(x),
    df: (x) => logistic(x) * (1 + x * (1 - logistic(x))),
  },
  mish: {
    f: (x) => x * Math.tanh(softplus(x)),
    df: (x) => {
      const t = Math.tanh(softplus(x));
      return t + x * (1 - t * t) * logistic(x);
    },
  },
  /** Steepness α; linear where α·x exceeds the threshold β. */
  softplus: {
    f: (x, a, b) => (x * a > b ? x : softplus(x * a) / a),
    df: (x, _y, a, b) => (x * a > b ? 1 : logistic(x * a)),
  },
  hardtanh: {
    f: (x, lo, hi) => (x < lo ? lo : x > hi ? hi : x),
    df: (x, _y, lo, hi) => (x > lo && x < hi ? 1 : 0),
    cuts: true,
  },
  hardswish: {
    f: (x) => (x >= 3 ? x : (x * Math.max(x + 3, 0)) / 6), // −∞ · 0 is NaN, as in PyTorch
    df: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
    cuts: true,
  },
  hardsigmoid: {
    f: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + 0.5),
    df: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
    cuts: true,
  },
  sigmoid: { f: logistic, df: (_x, y) => y * (1 - y) },
  tanh: { f: Math.tanh, df: (_x, y) => 1 - y * y },
  softsign: { f: (x) => x / (1 + Math.abs(x)), df: (x) => 1 / (1 + Math.abs(x)) ** 2 },
  logSigmoid: { f: (x) => -softplus(-x), df: (x) => logistic(-x) },
} satisfies Record<string, Activation>;

export type ActivationName = keyof typeof activations;

export const ACTIVATION_NAMES = Object.keys(activations) as readonly ActivationName[];

const table: readonly Activation[] = ACTIVATION_NAMES.map((name) => activations[name]);

/** A bound in the precision of the elements: an element that was cut off at it lies on it, not beside it. */
const roundingOf = (floats: Floats): ((x: number) => number) =>
  floats instanceof Float32Array ? Math.fround : (x) => x;

/** Functions of one element at a time; `kind` is an index into `ACTIVATION_NAMES`. */
export const activationKernels = {
  /** y = f(x), n elements; y may be x. */
  activation: kernel({
    params: { kind: index, n: size, x: place, y: place, alpha: number, beta: number },

    scalar:
      ({ floats: v }) =>
      (kind, n, x, y, alpha, beta) => {
        const { f } = table[kind];
        const round = roundingOf(v);
        const [a, b] = [round(alpha), round(beta)];
        for (let i = 0; i < n; i++) v[y + i] = f(v[x + i], a, b);
      },
    access: ({ n }) => ({ reads: { x: n }, writes: { y: n } }),
    split: { along: "n", moves: () => ({ x: 1, y: 1 }) },
    cost: ({ n }) => elements(n),
  }),

  /** dx = dy · f′(x), n elements; dx may be dy, and x may be y. */
  activationGrad: kernel({
    params: { kind: index, n: size, x: place, y: place, dy: place, dx: place, alpha: number, beta: number },

    scalar:
      ({ floats: v }) =>
      (kind, n, x, y, dy, dx, alpha, beta) => {
        const f = table[kind];
        const round = roundingOf(v);
        const [a, b] = [round(alpha), round(beta)];
        for (let i = 0; i < n; i++) v[dx + i] = gradientOf(f, v[dy + i], v[x + i], v[y + i], a, b);
      },
    access: ({ n }) => ({ reads: { x: n, y: n, dy: n }, writes: { dx: n } }),
    split: { along: "n", moves: () => ({ x: 1, y: 1, dy: 1, dx: 1 }) },
    cost: ({ n }) => elements(n),
  }),
};
