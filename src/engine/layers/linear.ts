import { t } from "../../l10n/translate.ts";
import { biasDefault, weightDefault } from "../init/index.ts";
import { linear } from "../ops/linear.ts";
import { boolean, integer } from "../params.ts";
import { ShapeError } from "../tensor.ts";
import { torchCall } from "../torch.ts";
import { layer } from "./layer.ts";

const lastOf = (input: readonly number[]): number => input[input.length - 1];

export const Linear = layer({
  doc: "Fully connected: `y = x·Wᵀ + b`, over the last dimension.",
  group: "weights",

  params: {
    out_features: integer("Number of outputs.", { min: 1 }),
    bias: boolean("Add a learned bias.", true),
  },

  shape({ out_features }, input) {
    if (input.length === 0)
      throw new ShapeError(t`Linear needs at least one dimension, but gets a single number`);
    return [...input.slice(0, -1), out_features];
  },

  weights({ out_features, bias }, input) {
    const fan_in = lastOf(input);
    return [
      { name: "weight", shape: [out_features, fan_in], role: "weight", fill: weightDefault },
      ...(bias
        ? [{ name: "bias", shape: [out_features], role: "bias", fill: biasDefault(fan_in) } as const]
        : []),
    ];
  },

  forward: (graph, { bias }, { weight, bias: b }, x) =>
    graph.apply(linear, bias ? [x, weight, b] : [x, weight], null),

  torch: ({ out_features, bias }, input) => torchCall("nn.Linear", [lastOf(input), out_features], { bias }),
});
