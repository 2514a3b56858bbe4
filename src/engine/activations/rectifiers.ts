import { t } from "../../l10n/translate.ts";
import { number } from "../params.ts";
import { type Activation, activationLayer } from "./activation.ts";

const SELU_ALPHA = 1.6732632423543772848170429916717; // Klambauer et al., Self-Normalizing Neural Networks, 2017
const SELU_SCALE = 1.0507009873554804934193349852946;

/**
 * Activations that pass on what is positive. The comparisons are written so that NaN passes on: `x < 0 ? 0 : x` gives NaN for
 * NaN, `x > 0 ? x : 0` would hide it.
 */
export const rectifiers = {
  relu: {
    f: (x) => (x < 0 ? 0 : x),
    df: (x) => (x <= 0 ? 0 : 1),
    cuts: true,
    fromResult: () => true,
    kinks: [0],
    layers: {
      ReLU: activationLayer({
        doc: "`max(0, x)` (Nair & Hinton, 2010). A unit that is 0 for every sample no longer learns.",
        params: {},
        dead: true,
      }),
    },
  },
  leakyRelu: {
    f: (x, a) => (x < 0 ? a * x : x),
    df: (x, _y, a) => (x > 0 ? 1 : a),
    fromResult: ({ alpha }) => alpha >= 0,
    kinks: [0],
    samples: [
      [0.01, 0],
      [-0.3, 0],
    ],
    layers: {
      LeakyReLU: activationLayer({
        doc: "`x` where positive, else `negative_slope · x` (Maas et al., 2013).",
        params: { negative_slope: number("Slope for negative arguments.", {}, 0.01) },
        attrs: ({ negative_slope }) => ({ alpha: negative_slope }),
      }),
    },
  },
  /** Scale α, and division of the argument by β below 0. */
  elu: {
    f: (x, a, b) => (x < 0 ? a * Math.expm1(x / b) : x),
    df: (x, y, a, b) => (x > 0 ? 1 : (y + a) / b),
    slopeReadsY: true,
    fromResult: ({ alpha, beta }) => alpha >= 0 && beta > 0,
    kinks: [0],
    samples: [
      [1.3, 0.7],
      [-1.3, 0.7],
    ],
    layers: {
      ELU: activationLayer({
        doc: "`x` where positive, else `alpha · (eˣ − 1)` (Clevert et al., 2016).",
        params: { alpha: number("Scale for negative arguments.", {}, 1) },
        attrs: ({ alpha }) => ({ alpha, beta: 1 }),
      }),
      CELU: activationLayer({
        doc: "`x` where positive, else `alpha · (e^(x/alpha) − 1)`, smooth for every alpha (Barron, 2017).",
        params: { alpha: number("Scale for negative arguments.", { above: 0 }, 1) },
        attrs: ({ alpha }) => ({ alpha, beta: alpha }),
        check: ({ alpha }) =>
          Number.isFinite(Math.fround(1 / alpha))
            ? undefined
            : t`alpha ${alpha} is so close to 0 that 1/alpha is no number of single precision`,
      }),
    },
  },
  selu: {
    f: (x) => SELU_SCALE * (x < 0 ? SELU_ALPHA * Math.expm1(x) : x),
    df: (x, y) => (x > 0 ? SELU_SCALE : y + SELU_SCALE * SELU_ALPHA),
    fromResult: () => true,
    kinks: [0],
    layers: {
      SELU: activationLayer({
        doc: "A scaled ELU that keeps mean 0 and variance 1 (Klambauer et al., 2017). Wants `lecun` (kaiming `linear`) initialisation.",
        params: {},
      }),
    },
  },
} satisfies Readonly<Record<string, Activation>>;
