import { biasDefault, onesDefault, weightDefault, zerosDefault } from "../init/index.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { dropout as dropoutOp, elementwiseOps } from "../ops/elementwise.ts";
import { add } from "../ops/linear.ts";
import { groupNorm } from "../ops/norms.ts";
import { boolean, choice, integer, number } from "../params.ts";
import { sizeOf } from "../tensor.ts";
import { torchCall } from "../torch.ts";
import { attentionWeights, checkHeads, project, selfAttention } from "./attention.ts";
import { layer, type Weights, type WeightSpec } from "./layer.ts";

const linearWeights = (name: string, from: number, to: number, bias: boolean): readonly WeightSpec[] => [
  { name: `${name}.weight`, shape: [to, from], role: "weight", fill: weightDefault },
  ...(bias ? [{ name: `${name}.bias`, shape: [to], role: "bias", fill: biasDefault(from) } as const] : []),
];

const normWeights = (name: string, width: number, bias: boolean): readonly WeightSpec[] => [
  { name: `${name}.weight`, shape: [width], role: "scale", fill: onesDefault },
  ...(bias ? [{ name: `${name}.bias`, shape: [width], role: "scale", fill: zerosDefault } as const] : []),
];

const linearOf = (graph: Graph, name: string, w: Weights, x: Value): Value =>
  project(graph, x, w[`${name}.weight`], w[`${name}.bias`]);

function normOf(graph: Graph, name: string, eps: number, w: Weights, x: Value): Value {
  const channels = x.shape[2];
  const inputs = [x, w[`${name}.weight`], w[`${name}.bias`]].filter((value) => value !== undefined);
  return graph.apply(groupNorm, inputs, { batch: sizeOf(x.shape) / channels, groups: 1, channels, eps });
}

export const TransformerEncoderLayer = layer({
  doc: "Self-attention, then a feed-forward net of two `Linear` layers at every step, each with a shortcut around it and a `LayerNorm` (Vaswani et al., 2017). Takes `[time, features]` and gives the same shape.",
  group: "attention",

  params: {
    nhead: integer("Number of heads; must divide the number of features.", { min: 1 }),
    dim_feedforward: integer("Width of the feed-forward net.", { min: 1 }, 2048),
    dropout: number(
      "Share of elements set to 0 while training: of the attention's probabilities and its result, and within and after the feed-forward net.",
      { min: 0, max: 1 },
      0.1,
    ),
    activation: choice("Nonlinearity of the feed-forward net.", ["relu", "gelu"], "relu"),
    layer_norm_eps: number("Added to the variance, for numerical stability.", { min: 0 }, 1e-5),
    norm_first: boolean(
      "Normalise before attention and feed-forward net, inside the shortcuts, instead of after them (Xiong et al., 2020).",
      false,
    ),
    bias: boolean("Add learned biases.", true),
    causal: boolean("No step looks at a later one.", false),
  },

  shape({ nhead }, input) {
    checkHeads("TransformerEncoderLayer", "nhead", nhead, input);
    return input;
  },

  weights: ({ dim_feedforward, bias }, [, width]) => [
    ...attentionWeights(width, bias, "self_attn."),
    ...linearWeights("linear1", width, dim_feedforward, bias),
    ...linearWeights("linear2", dim_feedforward, width, bias),
    ...normWeights("norm1", width, bias),
    ...normWeights("norm2", width, bias),
  ],

  forward(graph, { nhead, dropout: p, activation, layer_norm_eps, norm_first, causal }, w, x) {
    const drop = (y: Value): Value => (graph.training && p > 0 ? graph.apply(dropoutOp, [y], { p }) : y);
    const attend = (y: Value): Value =>
      drop(selfAttention(graph, w, y, { heads: nhead, causal, p }, "self_attn."));
    const feedForward = (y: Value): Value => {
      const hidden = linearOf(graph, "linear1", w, y);
      const active = graph.apply(elementwiseOps[activation], [hidden], { alpha: 0, beta: 0 });
      return drop(linearOf(graph, "linear2", w, drop(active)));
    };
    const residual = (y: Value, body: (y: Value) => Value, name: string): Value => {
      const norm = (z: Value): Value => normOf(graph, name, layer_norm_eps, w, z);
      return norm_first
        ? graph.apply(add, [y, body(norm(y))], null)
        : norm(graph.apply(add, [y, body(y)], null));
    };
    return residual(residual(x, attend, "norm1"), feedForward, "norm2");
  },

  layout: "sequence",

  torch: ({ nhead, dim_feedforward, dropout, activation, layer_norm_eps, norm_first, bias }, [, width]) =>
    torchCall("nn.TransformerEncoderLayer", [width, nhead], {
      dim_feedforward,
      dropout,
      activation,
      layer_norm_eps,
      batch_first: true,
      norm_first,
      bias,
    }),
});
