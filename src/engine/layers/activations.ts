import { constantDefault } from "../init/index.ts";
import type { Op } from "../ops/op.ts";
import { type ActivationAttrs, elementwiseOps as ops, prelu, softmax } from "../ops/elementwise.ts";
import { choice, integer, number, type Params, type Values } from "../params.ts";
import { ShapeError, show } from "../tensor.ts";
import { always, torchCall } from "../torch.ts";
import { layer, type LayerType, type Saturation } from "./layer.ts";

/** An elementwise activation: one op, whose α and β come from the params. */
interface Definition<P extends Params> {
  readonly doc: string;
  readonly params: P;
  op(params: Values<P>): Op<ActivationAttrs>;
  attrs?(params: Values<P>): Partial<ActivationAttrs>;
  readonly dead?: boolean;
  saturation?(params: Values<P>): Saturation;
  /** Why PyTorch refuses these parameters together. */
  check?(params: Values<P>): string | undefined;
}

const activation = <const P extends Params>(name: string, definition: Definition<P>): LayerType => {
  const { doc, params, op, attrs, dead, saturation, check } = definition;
  return layer<P>({
    doc,
    group: "activation",
    params,
    shape(values, input) {
      const why = check?.(values);
      if (why !== undefined) throw new ShapeError(why);
      return input;
    },
    forward: (graph, values, _, x) => graph.apply(op(values), [x], { alpha: 0, beta: 0, ...attrs?.(values) }),
    ...(dead && { dead }),
    ...(saturation && { saturation: (values: Values<P>) => saturation(values) }),
    torch: (values) => torchCall(`nn.${name}`, [], values),
  });
};

/** Where the derivative is below this share of its maximum, an element is saturated. */
const SATURATED = 0.05;

// y(1 − y) < 5 % of ¼
const logisticEdge = (1 - Math.sqrt(1 - SATURATED)) / 2;
const logisticSaturation = { low: logisticEdge, high: 1 - logisticEdge };

const tanhEdge = Math.sqrt(1 - SATURATED); // 1 − y² < 5 %
const softsignEdge = 1 - Math.sqrt(SATURATED); // (1 − |y|)² < 5 %

export const activationLayers = {
  ReLU: activation("ReLU", {
    doc: "`max(0, x)` (Nair & Hinton, 2010). A unit that is 0 for every sample no longer learns.",
    params: {},
    op: () => ops.relu,
    dead: true,
  }),
  LeakyReLU: activation("LeakyReLU", {
    doc: "`x` where positive, else `negative_slope · x` (Maas et al., 2013).",
    params: { negative_slope: number("Slope for negative arguments.", {}, 0.01) },
    op: () => ops.leakyRelu,
    attrs: ({ negative_slope }) => ({ alpha: negative_slope }),
  }),
  ELU: activation("ELU", {
    doc: "`x` where positive, else `alpha · (eˣ − 1)` (Clevert et al., 2016).",
    params: { alpha: number("Scale for negative arguments.", {}, 1) },
    op: () => ops.elu,
    attrs: ({ alpha }) => ({ alpha, beta: 1 }),
  }),
  SELU: activation("SELU", {
    doc: "A scaled ELU that keeps mean 0 and variance 1 (Klambauer et al., 2017). Wants `lecun` (kaiming `linear`) initialisation.",
    params: {},
    op: () => ops.selu,
  }),
  CELU: activation("CELU", {
    doc: "`x` where positive, else `alpha · (e^(x/alpha) − 1)`, smooth for every alpha (Barron, 2017).",
    params: { alpha: number("Scale for negative arguments.", { above: 0 }, 1) },
    op: () => ops.elu,
    attrs: ({ alpha }) => ({ alpha, beta: alpha }),
    check: ({ alpha }) =>
      Number.isFinite(Math.fround(1 / alpha))
        ? undefined
        : `alpha ${alpha} is so close to 0 that 1/alpha is no number of single precision`,
  }),
  GELU: activation("GELU", {
    doc: "`x · Φ(x)`, by the error function or by its approximation with tanh (Hendrycks & Gimpel, 2016).",
    params: { approximate: choice("`tanh` takes the approximation.", ["none", "tanh"], "none") },
    op: ({ approximate }) => (approximate === "tanh" ? ops.geluTanh : ops.gelu),
  }),
  SiLU: activation("SiLU", {
    doc: "`x · sigmoid(x)`, also called swish (Elfwing et al., 2018).",
    params: {},
    op: () => ops.silu,
  }),
  Mish: activation("Mish", {
    doc: "`x · tanh(softplus(x))` (Misra, 2019).",
    params: {},
    op: () => ops.mish,
  }),
  Softplus: activation("Softplus", {
    doc: "`ln(1 + e^(beta · x)) / beta`, a smooth ReLU; linear above `threshold`.",
    params: {
      beta: number("Steepness.", { above: 0 }, 1),
      threshold: number("Above this value of `beta · x` it is linear.", {}, 20),
    },
    op: () => ops.softplus,
    attrs: ({ beta, threshold }) => ({ alpha: beta, beta: threshold }),
  }),
  Hardtanh: activation("Hardtanh", {
    doc: "`x`, cut off at `min_val` and `max_val`.",
    params: {
      min_val: number("Lower bound.", {}, -1),
      max_val: number("Upper bound.", {}, 1),
    },
    op: () => ops.hardtanh,
    attrs: ({ min_val, max_val }) => ({ alpha: min_val, beta: max_val }),
    check: ({ min_val, max_val }) =>
      min_val < max_val ? undefined : `min_val ${min_val} is not below max_val ${max_val}`,
    // As single precision has them: an output that was cut off is equal to its bound.
    saturation: ({ min_val, max_val }) => ({ low: Math.fround(min_val), high: Math.fround(max_val) }),
  }),
  ReLU6: activation("ReLU6", {
    doc: "`x`, cut off at 0 and 6 (Howard et al., 2017).",
    params: {},
    op: () => ops.hardtanh,
    attrs: () => ({ alpha: 0, beta: 6 }),
    dead: true,
    saturation: () => ({ low: 0, high: 6 }),
  }),
  Hardswish: activation("Hardswish", {
    doc: "`x · ReLU6(x + 3) / 6` (Howard et al., MobileNetV3, 2019).",
    params: {},
    op: () => ops.hardswish,
  }),
  Hardsigmoid: activation("Hardsigmoid", {
    doc: "`ReLU6(x + 3) / 6`.",
    params: {},
    op: () => ops.hardsigmoid,
    saturation: () => ({ low: 0, high: 1 }),
  }),
  Sigmoid: activation("Sigmoid", {
    doc: "`1 / (1 + e^−x)`. Its derivative is at most ¼: in a stack of them the gradient vanishes.",
    params: {},
    op: () => ops.sigmoid,
    saturation: () => logisticSaturation,
  }),
  Tanh: activation("Tanh", {
    doc: "The hyperbolic tangent. Its derivative is 1 at 0 and falls off on both sides.",
    params: {},
    op: () => ops.tanh,
    saturation: () => ({ low: -tanhEdge, high: tanhEdge }),
  }),
  Softsign: activation("Softsign", {
    doc: "`x / (1 + |x|)`: like tanh, with tails that fall off more slowly.",
    params: {},
    op: () => ops.softsign,
    saturation: () => ({ low: -softsignEdge, high: softsignEdge }),
  }),
  LogSigmoid: activation("LogSigmoid", {
    doc: "`ln(sigmoid(x))`.",
    params: {},
    op: () => ops.logSigmoid,
  }),

  PReLU: layer({
    doc: "`x` where positive, else a learned slope times `x` (He et al., 2015).",
    group: "activation",
    params: {
      num_parameters: integer("One slope for all, or one a channel.", { min: 1 }, 1),
      init: number("The slope at the start.", {}, 0.25),
    },
    shape({ num_parameters }, input) {
      if (num_parameters !== 1 && num_parameters !== input[0]) {
        throw new ShapeError(
          `PReLU has ${num_parameters} slopes, but gets ${show(input)}: give 1, or ${input[0]}`,
        );
      }
      return input;
    },
    weights: ({ num_parameters, init }) => [
      { name: "weight", shape: [num_parameters], role: "scale", fill: constantDefault(init) },
    ],
    forward: (graph, _, { weight }, x) => graph.apply(prelu, [x, weight], null),
    torch: (params) => torchCall("nn.PReLU", [], params),
  }),

  Softmax: layer({
    doc: "`e^x` over its sum, along the last dimension. Not before `CrossEntropyLoss`, which contains it.",
    group: "activation",
    params: { dim: integer("The dimension that adds up to 1: only the last, −1.", { min: -1, max: -1 }, -1) },
    shape: (_, input) => input,
    forward: (graph, _, _w, x) => graph.apply(softmax, [x], null),
    saturation: () => logisticSaturation,
    torch: ({ dim }) => torchCall("nn.Softmax", [], { dim: always(dim) }),
  }),
} satisfies Record<string, LayerType>;
