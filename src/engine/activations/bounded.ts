import { t } from "../../l10n/translate.ts";
import { number } from "../params.ts";
import {
  type Activation,
  activationLayer,
  logisticSaturation,
  softsignSaturation,
  tanhSaturation,
} from "./activation.ts";
import { logistic, softplus } from "./logistic.ts";

/** Activations that are bounded on one side or on both, and what is made of them. */
export const bounded = {
  hardtanh: {
    f: (x, lo, hi) => (x < lo ? lo : x > hi ? hi : x),
    df: (x, _y, lo, hi) => (x > lo && x < hi ? 1 : 0),
    cuts: true,
    fromResult: () => true,
    kinks: [-0.5, 0.8],
    samples: [[-0.5, 0.8]],
    layers: {
      Hardtanh: activationLayer({
        doc: "`x`, cut off at `min_val` and `max_val`.",
        params: {
          min_val: number("Lower bound.", {}, -1),
          max_val: number("Upper bound.", {}, 1),
        },
        attrs: ({ min_val, max_val }) => ({ alpha: min_val, beta: max_val }),
        check: ({ min_val, max_val }) =>
          min_val < max_val ? undefined : t`min_val ${min_val} is not below max_val ${max_val}`,
        // As single precision has them: an output that was cut off is equal to its bound.
        saturation: ({ min_val, max_val }) => ({ low: Math.fround(min_val), high: Math.fround(max_val) }),
      }),
      ReLU6: activationLayer({
        doc: "`x`, cut off at 0 and 6 (Howard et al., 2017).",
        params: {},
        attrs: () => ({ alpha: 0, beta: 6 }),
        dead: true,
        saturation: () => ({ low: 0, high: 6 }),
      }),
    },
  },
  hardswish: {
    f: (x) => (x >= 3 ? x : (x * Math.max(x + 3, 0)) / 6), // −∞ · 0 is NaN, as in PyTorch
    df: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
    cuts: true,
    kinks: [-3, 3],
    layers: {
      Hardswish: activationLayer({
        doc: "`x · ReLU6(x + 3) / 6` (Howard et al., MobileNetV3, 2019).",
        params: {},
      }),
    },
  },
  hardsigmoid: {
    f: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + 0.5),
    df: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
    cuts: true,
    kinks: [-3, 3],
    layers: {
      Hardsigmoid: activationLayer({
        doc: "`ReLU6(x + 3) / 6`.",
        params: {},
        saturation: () => ({ low: 0, high: 1 }),
      }),
    },
  },
  sigmoid: {
    f: logistic,
    df: (_x, y) => y * (1 - y),
    fromResult: () => true,
    layers: {
      Sigmoid: activationLayer({
        doc: "`1 / (1 + e^−x)`. Its derivative is at most ¼: in a stack of them the gradient vanishes.",
        params: {},
        saturation: () => logisticSaturation,
      }),
    },
  },
  tanh: {
    f: Math.tanh,
    df: (_x, y) => 1 - y * y,
    fromResult: () => true,
    layers: {
      Tanh: activationLayer({
        doc: "The hyperbolic tangent. Its derivative is 1 at 0 and falls off on both sides.",
        params: {},
        saturation: () => tanhSaturation,
      }),
    },
  },
  softsign: {
    f: (x) => x / (1 + Math.abs(x)),
    df: (x) => 1 / (1 + Math.abs(x)) ** 2,
    layers: {
      Softsign: activationLayer({
        doc: "`x / (1 + |x|)`: like tanh, with tails that fall off more slowly.",
        params: {},
        saturation: () => softsignSaturation,
      }),
    },
  },
  logSigmoid: {
    f: (x) => -softplus(-x),
    df: (x) => logistic(-x),
    layers: {
      LogSigmoid: activationLayer({ doc: "`ln(sigmoid(x))`.", params: {} }),
    },
  },
} satisfies Readonly<Record<string, Activation>>;
