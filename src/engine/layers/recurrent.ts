import { t } from "../../l10n/translate.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { recurrentDefault } from "../init/index.ts";
import { dropout } from "../ops/elementwise.ts";
import type { Op } from "../ops/op.ts";
import type { RecurrentAttrs } from "../ops/cell.ts";
import { gru, lstm, rnnRelu, rnnTanh } from "../ops/recurrent.ts";
import { concat } from "../ops/concat.ts";
import { boolean, choice, integer, number, optional, type Params, type Values } from "../params.ts";
import { type Shape, ShapeError, show } from "../tensor.ts";
import { torchCall } from "../torch.ts";
import { layer, type LayerType, type Weights, type WeightSpec } from "./layer.ts";

/** Layers on top of each other: each has weights of its own, which are listed while a file is read. */
const MOST_LAYERS = 1_000;

const common = {
  hidden_size: integer("Number of units of the state, in each direction.", { min: 1 }),
  num_layers: integer(
    "Layers on top of each other: each takes the sequence of the one below.",
    { min: 1, max: MOST_LAYERS },
    1,
  ),
  bias: boolean("Learn biases.", true),
  dropout: number("Dropout after each layer but the last, while training.", { min: 0, max: 1 }, 0),
  bidirectional: boolean(
    "Run backwards in time as well; the outputs of both directions stand side by side.",
    false,
  ),
  output: choice(
    "`last`: the output at the last time step, `output[:, -1]` in PyTorch; of the backward direction that is its first step. `sequence`: at every time step.",
    ["last", "sequence"],
    "last",
  ),
  truncate: optional(
    integer(
      "Detach the state after every so many time steps, so that no gradient crosses: truncated backpropagation through time. Counted from where each direction begins.",
      { min: 1 },
    ),
  ),
};

type Common = Values<typeof common> & { readonly forget_bias?: number | undefined };

const suffixesOf = ({ num_layers, bidirectional }: Common): readonly (readonly string[])[] =>
  Array.from({ length: num_layers }, (_, i) => (bidirectional ? [`l${i}`, `l${i}_reverse`] : [`l${i}`]));

/** Per layer and direction W_ih, W_hh, b_ih, b_hh: as PyTorch constructs and draws them. */
function weightsOf(gates: number, params: Common, width: number): readonly WeightSpec[] {
  const { hidden_size, bias } = params;
  const rows = gates * hidden_size;
  const fill = recurrentDefault(hidden_size);
  return suffixesOf(params).flatMap((directions, i) =>
    directions.flatMap((suffix): WeightSpec[] => [
      {
        name: `weight_ih_${suffix}`,
        shape: [rows, i === 0 ? width : hidden_size * directions.length],
        role: "weight",
        fill,
      },
      { name: `weight_hh_${suffix}`, shape: [rows, hidden_size], role: "weight", fill },
      ...["bias_ih", "bias_hh"]
        .filter(() => bias)
        .map((name): WeightSpec => ({
          name: `${name}_${suffix}`,
          shape: [rows],
          role: "bias",
          fill,
          ...forgetGate(name, params),
        })),
    ]),
  );
}

/** The part of a bias that is the forget gate's, the second of an LSTM's four. Both biases add up to what was asked for. */
function forgetGate(name: string, { hidden_size, forget_bias }: Common): Pick<WeightSpec, "fixed"> {
  if (forget_bias === undefined) return {};
  return { fixed: { from: hidden_size, to: 2 * hidden_size, value: name === "bias_ih" ? forget_bias : 0 } };
}

/** The stack of layers on x[batch, time, features]; ∂L/∂h_t is instrumented in the last one's forward direction. */
function record(graph: Graph, op: Op<RecurrentAttrs>, params: Common, w: Weights, x: Value): Value {
  const { bias, dropout: p, output, truncate = 0 } = params;
  const stack = suffixesOf(params);
  const direction = (
    y: Value,
    suffix: string,
    attrs: Pick<RecurrentAttrs, "reverse" | "last" | "instrumented">,
  ): Value => {
    const names = bias ? ["weight_ih", "weight_hh", "bias_ih", "bias_hh"] : ["weight_ih", "weight_hh"];
    return graph.apply(op, [y, ...names.map((name) => w[`${name}_${suffix}`])], { truncate, ...attrs });
  };

  return stack.reduce((y, directions, i) => {
    const isTop = i === stack.length - 1;
    const outputs = directions.map((suffix, j) =>
      direction(y, suffix, {
        reverse: j === 1,
        last: isTop && output === "last",
        instrumented: isTop && j === 0,
      }),
    );
    const joined = outputs.length > 1 ? graph.apply(concat, outputs, null) : outputs[0];
    return graph.training && p > 0 && !isTop ? graph.apply(dropout, [joined], { p }) : joined;
  }, x);
}

interface Definition<P extends Params> {
  readonly doc: string;
  readonly gates: number;
  readonly params: P;
  op(params: Values<P>): Op<RecurrentAttrs>;
}

const recurrent = <const P extends Params>(
  name: string,
  { doc, gates, params, op }: Definition<P>,
): LayerType => {
  const all = (values: Values<P & typeof common>) => values as Values<P> & Common;
  return layer<P & typeof common>({
    doc,
    group: "recurrent",
    params: { ...common, ...params },
    shape(values, input): Shape {
      const { hidden_size, bidirectional, output, bias, forget_bias } = all(values);
      if (forget_bias !== undefined && !bias)
        throw new ShapeError(t`forget_bias sets a bias, but bias is false`);
      if (input.length !== 2)
        throw new ShapeError(t`${name} needs [time, features], but gets ${show(input)}`);
      const width = bidirectional ? 2 * hidden_size : hidden_size;
      return output === "last" ? [width] : [input[0], width];
    },
    weights: (values, [, width]) => weightsOf(gates, all(values), width),
    forward: (graph, values, w, x) => record(graph, op(all(values)), all(values), w, x),
    layout: "sequence",
    time: (_, [steps]) => steps,
    torch(values, [, width]) {
      const { hidden_size, num_layers, bias, dropout, bidirectional } = all(values);
      const own = Object.fromEntries(
        Object.keys(params)
          .filter((key) => key !== "forget_bias")
          .map((key) => [key, all(values)[key]]),
      );
      return torchCall(`nn.${name}`, [width, hidden_size], {
        num_layers,
        ...own,
        bias,
        batch_first: true,
        dropout,
        bidirectional,
      });
    },
  });
};

export const RNN = recurrent("RNN", {
  doc: "The simple recurrent network `h = tanh(W_ih·x + b_ih + W_hh·h₋₁ + b_hh)` (Elman, 1990). Through many steps its gradient vanishes or explodes with the powers of `W_hh`. Takes `[time, features]`.",
  gates: 1,
  params: { nonlinearity: choice("The activation.", ["tanh", "relu"], "tanh") },
  op: ({ nonlinearity }) => (nonlinearity === "relu" ? rnnRelu : rnnTanh),
});

export const LSTM = recurrent("LSTM", {
  doc: "Long short-term memory (Hochreiter & Schmidhuber, 1997): a second state is carried on by addition, and gates decide what enters, stays and leaves. Takes `[time, features]`.",
  gates: 4,
  params: {
    forget_bias: optional(
      number(
        "What the biases of the forget gate add up to at the start, in every layer and direction: from 1 on the gate is open, and the gradient gets far back (Jozefowicz, Zaremba & Sutskever, 2015). Default: as all other biases.",
      ),
    ),
  },
  op: () => lstm,
});

export const GRU = recurrent("GRU", {
  doc: "The gated recurrent unit (Cho et al., 2014): one gate mixes the old state with the new, another resets what the new one sees of the old. Takes `[time, features]`.",
  gates: 3,
  params: {},
  op: () => gru,
});
