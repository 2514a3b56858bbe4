import { below, between, type Criterion, each, withinFactor } from "./criterion.ts";
import type { Experiment } from "./experiment.ts";
import { weightGradient } from "./gradients.ts";
import { trained } from "./trained.ts";
import type { Model, Run } from "./training.ts";

type Cell = "RNN" | "LSTM" | "GRU";

/** The adding problem, whose mean squared error is 1/6 for who always answers 1. */
const adding = (type: Cell, length: number, steps: number): Model => ({
  input: [length, 2],
  layers: [
    { type, name: "memory", hidden_size: 32 },
    { type: "Linear", name: "head", out_features: 1 },
  ],
  loss: "MSELoss",
  optimizer: { type: "Adam", lr: 5e-3 },
  clip_grad_norm: 1,
  data: { type: "adding_problem", samples: 10_000 },
  train: { steps, batch_size: 32 },
});

const SOLVED = 0.02;
const WINDOW = 20;
const STEPS = 2000;

/** The step at which the mean loss of the last `WINDOW` steps is below `SOLVED` for the first time; ∞: never. */
function solvedAt({ frames }: Run): number {
  let sum = 0;
  for (const { step, loss } of frames) {
    sum += loss - (frames[step - 1 - WINDOW]?.loss ?? 0);
    if (step >= WINDOW && sum / WINDOW < SOLVED) return step;
  }
  return Infinity;
}

const steps = (found: readonly number[]): string =>
  found.map((step) => (step === Infinity ? "never" : `step ${step}`)).join(", ");

/** ‖∂L/∂h‖ at the first time step. */
function atTheBeginning({ frames: [{ time }] }: Run): number {
  if (!time) throw new Error("no layer over time");
  return time[0];
}

const learnsToAdd = (type: Cell, expected: string, agrees: Criterion): Experiment =>
  trained({
    name: `Adding problem, T = 50, ${type} of 32 units, Adam 0.005, clip 1: error below 0.02`,
    expected,
    model: adding(type, 50, STEPS),
    figure: solvedAt,
    show: steps,
    agrees,
  });

const firstStep = (type: Cell, expected: number): Experiment =>
  weightGradient({
    name: `Adding problem, T = 100, ${type} at its first step: ‖∂L/∂W_hh‖`,
    expected: String(expected),
    model: adding(type, 100, 1),
    weight: "memory.weight_hh_l0",
    agrees: withinFactor(4, expected),
  });

export const recurrent: readonly Experiment[] = [
  learnsToAdd("GRU", "in about 415 steps", withinFactor(2, 415)),
  learnsToAdd("LSTM", "in 763 … 1189 steps", between(380, 2400)),
  learnsToAdd(
    "RNN",
    "never",
    each("never", (step) => step === Infinity),
  ),
];

export const lookBack: readonly Experiment[] = [
  firstStep("RNN", 1.02),
  firstStep("LSTM", 0.31),
  firstStep("GRU", 0.53),
  trained({
    name: "the RNN: ‖∂L/∂h‖ at its first time step, of which that norm tells nothing",
    expected: "1e-21 (‖∂L/∂x₀‖)",
    model: adding("RNN", 100, 1),
    figure: atTheBeginning,
    agrees: below(1e-18),
  }),
];
