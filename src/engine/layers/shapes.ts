import { dropout } from "../ops/elementwise.ts";
import { number } from "../params.ts";
import { torchCall } from "../torch.ts";
import { layer } from "./layer.ts";

export const Identity = layer({
  doc: "Passes its input on.",
  group: "pooling and shape",
  params: {},
  shape: (_, input) => input,
  forward: (_graph, _params, _weights, x) => x,
  torch: () => torchCall("nn.Identity"),
});

export const Dropout = layer({
  doc: "Sets each element to 0 with probability `p` while training, and scales the others by 1/(1 − p) (Srivastava et al., 2014).",
  group: "pooling and shape",
  params: { p: number("Probability of an element to be dropped.", { min: 0, max: 1 }, 0.5) },
  shape: (_, input) => input,
  forward: (graph, { p }, _, x) => (graph.training && p > 0 ? graph.apply(dropout, [x], { p }) : x),
  torch: (params) => torchCall("nn.Dropout", [], params),
});
