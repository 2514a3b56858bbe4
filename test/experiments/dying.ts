import type { Dataset } from "../../src/engine/data/data.ts";
import { Generator } from "../../src/engine/rng/generator.ts";
import { above, below, between, type Criterion } from "./criterion.ts";
import type { Experiment } from "./experiment.ts";
import { trained } from "./trained.ts";
import { figure, type Model, type Run } from "./training.ts";

const SAMPLES = 1000;
const INPUTS = 10;

/** Ten normal numbers, and the mean of their squares. */
function squares(seed: number): Dataset {
  const inputs = new Float32Array(SAMPLES * INPUTS);
  new Generator(seed).normal(inputs, 0, 1);
  const square = (row: number) =>
    inputs.subarray(row * INPUTS, (row + 1) * INPUTS).reduce((sum, x) => sum + x * x, 0);
  const targets = Float32Array.from({ length: SAMPLES }, (_, row) => square(row) / INPUTS);
  return { samples: SAMPLES, input: [INPUTS], inputs, target: [1], targets };
}

const net = (lr: number): Model => ({
  input: [INPUTS],
  layers: [
    { type: "Linear", out_features: 64 },
    { type: "ReLU", name: "first" },
    { type: "Linear", out_features: 64 },
    { type: "ReLU", name: "second" },
    { type: "Linear", out_features: 1 },
  ],
  loss: "MSELoss",
  optimizer: { type: "SGD", lr },
  data: { type: "gaussian", samples: SAMPLES },
  train: { steps: 300, batch_size: 64 },
});

/** Share of dead units of the second layer at the end; ∞ where the run has ended non-finite. */
const dead = (run: Run): number =>
  run.broken ? Infinity : figure(run, "second", "act_dead", run.frames.length);

const shares = (figures: readonly number[]): string =>
  figures.map((share) => (share === Infinity ? "NaN" : `${Math.round(100 * share)} %`)).join(", ");

const withRate = (lr: number, expected: string, agrees: Criterion): Experiment =>
  trained({
    name: `Dying ReLU, 10-64-64-1, mean of squares, SGD ${lr}: dead units of layer 2 after 300 steps`,
    expected,
    model: net(lr),
    settings: (seed) => ({ samples: squares(seed) }),
    figure: dead,
    show: shares,
    agrees,
  });

export const dying: readonly Experiment[] = [
  withRate(0.1, "0 … 2 %", below(0.1)),
  withRate(0.5, "42 … 50 %", between(0.2, 0.7)),
  withRate(1, "NaN by step 9, or 98 … 100 %", above(0.97)),
];
