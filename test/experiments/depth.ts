import { atChance, below, type Criterion, near, above, withinFactor } from "./criterion.ts";
import { type Experiment, MORE_SEEDS, SEEDS } from "./experiment.ts";
import { similarity } from "./features.ts";
import { trained, type Trained } from "./trained.ts";
import { figure, finalLoss, type Model, type Run } from "./training.ts";

const WIDTH = 64;
const HE = { type: "kaiming_normal", nonlinearity: "relu" };
const SGD = { type: "SGD", lr: 0.05 };
const ADAM = { type: "Adam", lr: 1e-3 };

const linear = { type: "Linear", out_features: WIDTH };
const head = { type: "Linear", name: "head", out_features: 1 };

interface Deep {
  readonly depth?: number;
  readonly block: readonly Model[];
  readonly fields?: Model;
}

/** A classifier of the spiral: blocks of the same layers, and a head. */
const deep = ({ depth = 30, block, fields }: Deep): Model => ({
  input: [2],
  layers: [{ repeat: depth, name: "block", layers: block }, head],
  loss: "BCEWithLogitsLoss",
  optimizer: SGD,
  data: { type: "spiral" },
  train: { steps: 2000, batch_size: 64 },
  ...fields,
});

const relu = (fields?: Model): Model =>
  deep({ block: [linear, { type: "ReLU" }], ...(fields && { fields }) });
const once = { train: { steps: 1, batch_size: 64 } };

const sigmoid = deep({
  depth: 10,
  block: [linear, { type: "Sigmoid" }],
  fields: { init: "xavier_uniform", ...once },
});

/** ‖∂L/∂h‖ after the first block over that after the last. */
const firstToLast =
  (blocks: number, layer: number) =>
  (run: Run): number =>
    figure(run, `block.0.${layer}`, "delta_norm") / figure(run, `block.${blocks - 1}.${layer}`, "delta_norm");

const stays = atChance(0.002);
const falls = below(0.1);
const mostlyFalls = (least: number, seeds: readonly number[]): Criterion => ({
  text: `at least ${least} of ${seeds.length} are below 0.1`,
  holds: (losses) => losses.filter((loss) => loss < 0.1).length >= least,
});

/** What the loss comes to. */
const learning = (row: Omit<Trained, "figure">): Experiment => trained({ ...row, figure: finalLoss });

const residual: Model = {
  ...relu(),
  layers: [
    { ...linear, name: "stem" },
    {
      repeat: 30,
      name: "block",
      type: "Residual",
      layers: [linear, { type: "ReLU" }, { type: "Scale", factor: 1 / Math.sqrt(30) }],
    },
    head,
  ],
};

const normalized = (norm: string, fields?: Model): Model =>
  deep({ block: [linear, { type: norm }, { type: "ReLU" }], ...(fields && { fields }) });

/** Weights only: without biases, a layer's gradient is that of its matrix. */
const withoutBias: Model = {
  ...relu({ init: "xavier_uniform", ...once }),
  layers: [
    { repeat: 30, name: "block", layers: [{ ...linear, bias: false }, { type: "ReLU" }] },
    { ...head, bias: false },
  ],
};

export const depth: readonly Experiment[] = [
  trained({
    name: "Sigmoid, 10 × 64, Xavier: gain of a Linear and its Sigmoid (at most 0.25)",
    expected: "0.236",
    model: sigmoid,
    figure: (run) => firstToLast(10, 1)(run) ** (1 / 9),
    agrees: near(0.236, 0.01),
  }),
  trained({
    name: "the same: ‖∂L/∂h₁‖ / ‖∂L/∂h₁₀‖",
    expected: "2.2e-6",
    model: sigmoid,
    figure: firstToLast(10, 1),
    agrees: withinFactor(2, 2.2e-6),
  }),
  learning({
    name: "ReLU, 30 × 64, spiral, SGD 0.05: loss with Xavier's initialisation",
    expected: "stays at 0.6931",
    model: relu({ init: "xavier_uniform" }),
    agrees: stays,
  }),
  learning({
    name: "the same with PyTorch's default initialisation",
    expected: "stays at 0.6931",
    model: relu(),
    agrees: stays,
  }),
  learning({
    name: "the same with He's initialisation",
    expected: "trains in 2 of 3 seeds",
    model: relu({ init: HE }),
    agrees: mostlyFalls(2, SEEDS),
  }),
  learning({
    name: "the same, default initialisation and BatchNorm",
    expected: "0.0006 … 0.014",
    model: normalized("BatchNorm1d"),
    agrees: falls,
  }),
  learning({
    name: "the same, default initialisation and shortcuts: x + ReLU(Linear(x)) / √30",
    expected: "0.04",
    model: residual,
    agrees: falls,
  }),
  learning({
    name: "ReLU, 30 × 64, spiral, Adam 0.001: loss with He's initialisation",
    expected: "trains",
    model: relu({ init: HE, optimizer: ADAM }),
    agrees: falls,
  }),
  learning({
    name: "the same with Xavier's initialisation",
    expected: "trains",
    model: relu({ init: "xavier_uniform", optimizer: ADAM }),
    agrees: falls,
  }),
  learning({
    name: "the same with PyTorch's default initialisation",
    expected: "stays at 0.6931",
    model: relu({ optimizer: ADAM }),
    agrees: stays,
  }),
];

export const floor: readonly Experiment[] = [
  trained({
    name: "ReLU, 30 × 64, default initialisation: largest element of the first layer's gradient",
    expected: "1e-14",
    model: relu(once),
    figure: (run) => figure(run, "block.0.0", "grad_max"),
    agrees: below(1e-12),
  }),
  learning({
    name: "the same: loss with Adam 0.001 and ε = 1e-14 instead of 1e-8",
    expected: "trains in 24 of 24 runs, 7 of which leap from below 0.001 to above 1 and recover",
    model: relu({ optimizer: { ...ADAM, eps: 1e-14 } }),
    seeds: MORE_SEEDS,
    agrees: mostlyFalls(6, MORE_SEEDS),
  }),
];

export const weights: readonly Experiment[] = [
  trained({
    name: "ReLU, 30 × 64, Xavier, no biases: ‖∂L/∂h₁‖ / ‖∂L/∂h₃₀‖",
    expected: "1.4e-5",
    model: withoutBias,
    figure: firstToLast(30, 1),
    agrees: withinFactor(10, 1.4e-5),
  }),
  trained({
    name: "the same: ‖∂L/∂W₁‖ / ‖∂L/∂W_out‖, which tells nothing of it",
    expected: "3.7",
    model: withoutBias,
    figure: (run) => figure(run, "block.0.0", "grad_norm") / figure(run, "head", "grad_norm"),
    agrees: withinFactor(10, 3.7),
  }),
];

export const information: readonly Experiment[] = [
  trained({
    name: "ReLU, 30 × 64, default initialisation and LayerNorm: gain of a block",
    expected: "0.999",
    model: normalized("LayerNorm", once),
    figure: (run) => firstToLast(30, 2)(run) ** (1 / 29),
    agrees: near(0.999, 0.05),
  }),
  similarity({
    name: "the same: mean cosine between the features of two samples at depth 30",
    expected: "0.976",
    model: normalized("LayerNorm"),
    agrees: above(0.95),
  }),
  learning({
    name: "the same: loss with SGD 0.05",
    expected: "stays at 0.6931",
    model: normalized("LayerNorm"),
    agrees: atChance(0.01),
  }),
  similarity({
    name: "the same with BatchNorm: mean cosine at depth 30",
    expected: "0.316",
    model: normalized("BatchNorm1d"),
    agrees: near(0.316, 0.05),
  }),
];
