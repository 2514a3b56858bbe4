import { choice, number } from "../params.ts";
import { type Activation, activationLayer } from "./activation.ts";
import { erf } from "./erf.ts";
import { logistic, softplus } from "./logistic.ts";

const SQRT_2_PI = Math.sqrt(2 / Math.PI);

const normalCdf = (x: number): number => 0.5 * (1 + erf(x * Math.SQRT1_2));
const geluInner = (x: number): number => SQRT_2_PI * (x + 0.044715 * x * x * x);

const geluTanh: Activation = {
  f: (x) => 0.5 * x * (1 + Math.tanh(geluInner(x))),
  df: (x) => {
    const t = Math.tanh(geluInner(x));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_PI * (1 + 3 * 0.044715 * x * x);
  },
};

/** Activations that look like a ReLU from afar. */
export const smooth = {
  gelu: {
    f: (x) => x * normalCdf(x),
    df: (x) => normalCdf(x) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
    layers: {
      GELU: activationLayer({
        doc: "`x · Φ(x)`, by the error function or by its approximation with tanh (Hendrycks & Gimpel, 2016).",
        params: { approximate: choice("`tanh` takes the approximation.", ["none", "tanh"], "none") },
        instead: ({ approximate }) => (approximate === "tanh" ? geluTanh : undefined),
      }),
    },
  },
  geluTanh,
  silu: {
    f: (x) => x * logistic(x),
    df: (x) => logistic(x) * (1 + x * (1 - logistic(x))),
    layers: {
      SiLU: activationLayer({
        doc: "`x · sigmoid(x)`, also called swish (Elfwing et al., 2018).",
        params: {},
      }),
    },
  },
  mish: {
    f: (x) => x * Math.tanh(softplus(x)),
    df: (x) => {
      const t = Math.tanh(softplus(x));
      return t + x * (1 - t * t) * logistic(x);
    },
    layers: {
      Mish: activationLayer({ doc: "`x · tanh(softplus(x))` (Misra, 2019).", params: {} }),
    },
  },
  /** Steepness α; linear where α·x exceeds the threshold β. */
  softplus: {
    f: (x, a, b) => (x * a > b ? x : softplus(x * a) / a),
    df: (x, _y, a, b) => (x * a > b ? 1 : logistic(x * a)),
    samples: [[1.5, 20]],
    layers: {
      Softplus: activationLayer({
        doc: "`ln(1 + e^(beta · x)) / beta`, a smooth ReLU; linear above `threshold`.",
        params: {
          beta: number("Steepness.", { above: 0 }, 1),
          threshold: number("Above this value of `beta · x` it is linear.", {}, 20),
        },
        attrs: ({ beta, threshold }) => ({ alpha: beta, beta: threshold }),
      }),
    },
  },
} satisfies Readonly<Record<string, Activation>>;
