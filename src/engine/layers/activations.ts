import { t } from "../../l10n/translate.ts";
import { constantDefault } from "../init/index.ts";
import { type Activation, type ActivationLayer, logisticSaturation } from "../activations/activation.ts";
import { ACTIVATIONS } from "../activations/index.ts";
import { opOf, prelu, softmax } from "../ops/elementwise.ts";
import { integer, number } from "../params.ts";
import { ShapeError, show } from "../tensor.ts";
import { always, torchCall } from "../torch.ts";
import { layer, type LayerType } from "./layer.ts";

/** The layer type of this name, which applies the activation. */
function typeOf(name: string, activation: Activation, definition: ActivationLayer): LayerType {
  const { doc, params, attrs, instead, dead, saturation, check } = definition;
  return layer({
    doc,
    group: "activation",
    params,
    shape(values, input) {
      const why = check?.(values);
      if (why !== undefined) throw new ShapeError(why);
      return input;
    },
    forward: (graph, values, _, x) =>
      graph.apply(opOf(instead?.(values) ?? activation), [x], { alpha: 0, beta: 0, ...attrs?.(values) }),
    ...(dead && { dead }),
    ...(saturation && { saturation }),
    torch: (values) => torchCall(`nn.${name}`, [], values),
  });
}

const elementwise: Readonly<Record<string, LayerType>> = Object.fromEntries(
  ACTIVATIONS.flatMap((activation) =>
    Object.entries(activation.layers ?? {}).map(([name, row]) => [name, typeOf(name, activation, row)]),
  ),
);

/** Those that are one elementwise activation, and those that are more than that. */
export const activationLayers = {
  ...elementwise,

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
          t`PReLU has ${num_parameters} slopes, but gets ${show(input)}: give 1, or ${input[0]}`,
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
