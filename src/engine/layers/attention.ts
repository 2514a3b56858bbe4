import { t } from "../../l10n/translate.ts";
import { attentionDefault, discardedDefault, weightDefault, zerosDefault } from "../init/index.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { attention, type AttentionAttrs } from "../ops/attention.ts";
import { linear } from "../ops/linear.ts";
import { boolean, integer, number } from "../params.ts";
import { type Shape, ShapeError, show } from "../tensor.ts";
import { torchCall } from "../torch.ts";
import { layer, type Weights, type WeightSpec } from "./layer.ts";

/** Throws unless `heads`, called `name`, share the width of a sequence [time, width] among them. */
export function checkHeads(type: string, name: string, heads: number, input: Shape): void {
  if (input.length !== 2) throw new ShapeError(t`${type} needs [time, features], but gets ${show(input)}`);
  if (input[1] % heads !== 0) throw new ShapeError(t`${name} ${heads} does not divide the width ${input[1]}`);
}

/** `out_proj` is drawn when it is constructed, `in_proj_weight` afterwards, though the `state_dict` lists it first. */
export const attentionWeights = (width: number, bias: boolean, prefix = ""): readonly WeightSpec[] => {
  const all: readonly WeightSpec[] = [
    { name: "in_proj_weight", shape: [3 * width, width], role: "weight", fill: attentionDefault },
    { name: "in_proj_bias", shape: [3 * width], role: "bias", fill: zerosDefault },
    { name: "out_proj.weight", shape: [width, width], role: "weight", early: true, fill: weightDefault },
    { name: "out_proj.bias", shape: [width], role: "bias", early: true, fill: discardedDefault(width) },
  ];
  return all
    .filter(({ role }) => bias || role !== "bias")
    .map((weight) => ({ ...weight, name: `${prefix}${weight.name}` }));
};

/** x[…, in]·Wᵀ + b, with the bias left out where the layer has none. */
export const project = (graph: Graph, x: Value, W: Value, b: Value | undefined): Value =>
  graph.apply(linear, b ? [x, W, b] : [x, W], null);

/** What every step of x[batch, time, width] gathers from the others by all heads together. */
export function selfAttention(graph: Graph, w: Weights, x: Value, attrs: AttentionAttrs, prefix = ""): Value {
  const of = (name: string): Value => w[`${prefix}${name}`];
  const qkv = project(graph, x, of("in_proj_weight"), of("in_proj_bias"));
  const heads = graph.apply(attention, [qkv], { ...attrs, p: graph.training ? attrs.p : 0 });
  return project(graph, heads, of("out_proj.weight"), of("out_proj.bias"));
}

export const MultiheadAttention = layer({
  doc: "Self-attention: every step of a sequence gathers from all others what its queries find in their keys, by several heads side by side (Vaswani et al., 2017). Takes `[time, features]` and gives the same shape.",
  group: "attention",

  params: {
    num_heads: integer("Number of heads; must divide the number of features.", { min: 1 }),
    causal: boolean("No step looks at a later one.", false),
    dropout: number("Share of the attention probabilities set to 0 while training.", { min: 0, max: 1 }, 0),
    bias: boolean("Add learned biases.", true),
  },

  shape({ num_heads }, input) {
    checkHeads("MultiheadAttention", "num_heads", num_heads, input);
    return input;
  },

  weights: ({ bias }, [, width]) => attentionWeights(width, bias),
  forward: (graph, { num_heads, causal, dropout }, w, x) =>
    selfAttention(graph, w, x, { heads: num_heads, causal, p: dropout }),
  layout: "sequence",

  torch: ({ num_heads, dropout, bias }, [, width]) =>
    torchCall("nn.MultiheadAttention", [width, num_heads], { dropout, bias, batch_first: true }),
});
