import { layer } from "../../src/engine/layers/layer.ts";
import { elementwiseOps } from "../../src/engine/ops/elementwise.ts";
import { linear } from "../../src/engine/ops/linear.ts";
import { op } from "../../src/engine/ops/op.ts";
import { integer, number } from "../../src/engine/params.ts";
import { torchCall } from "../../src/engine/torch.ts";
import { standard, type Tables } from "../../src/model/tables.ts";

/** y = factor · x */
export const scale = op<{ readonly factor: number }>({
  name: "scale",
  shape: ([x]) => x,
  forward(k, { inputs: [x], out, attrs: { factor }, scratch }) {
    const factors = scratch(x.size);
    k.fill(x.size, factors, factor);
    k.multiply(x.size, x.at, factors, out.at);
  },
  // dx = factor · dy
  backward(k, { inputs: [x], dOut: dy, dInputs: [dx], attrs: { factor }, scratch }) {
    if (!dx) return;
    const factors = scratch(x.size);
    k.fill(x.size, factors, factor);
    k.multiply(x.size, dy.at, factors, dx.at);
  },
  samples: [{ shapes: [[3, 5]], attrs: { factor: 0.3 } }],
});

const Scale = layer({
  doc: "`y = factor · x`.",
  group: "activation",
  params: { factor: number("The factor.") },
  shape: (_, input) => input,
  forward: (graph, { factor }, _weights, x) => graph.apply(scale, [x], { factor }),
  torch: () => torchCall("nn.Identity"),
});

/** The recurrent net of one unit of Pascanu, Mikolov & Bengio, On the difficulty of training recurrent neural networks, 2013, section 2.2. */
const Unit = layer({
  doc: "`x_t = w·σ(x_{t−1}) + b`, `steps` times; the output is the last σ(x_t).",
  group: "recurrent",
  params: { steps: integer("Number of steps.", { min: 1 }) },
  shape: (_, input) => input,
  weights: () => [
    { name: "w", shape: [1, 1], role: "weight", fill: () => undefined },
    { name: "b", shape: [1], role: "bias", fill: () => undefined },
  ],
  forward(graph, { steps }, { w, b }, x) {
    const sigmoid = (y: typeof x) => graph.apply(elementwiseOps.sigmoid, [y], { alpha: 0, beta: 0 });
    for (let t = 0; t < steps; t++) x = graph.apply(linear, [sigmoid(x), w, b], null);
    return sigmoid(x);
  },
  torch: () => torchCall("nn.Identity"),
});

/** The tables of the product with the two layers that these experiments need and a model file does not have. */
export const tables: Tables = { ...standard, layers: { ...standard.layers, Scale, Unit } };
