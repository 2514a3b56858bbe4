import { doubleBackend } from "../../src/engine/runtime/backend.ts";
import { CompiledModel } from "../../src/engine/runtime/compiledModel.ts";
import { updater } from "../../src/engine/training/prepareUpdate.ts";
import { below, near } from "./criterion.ts";
import type { Experiment } from "./experiment.ts";
import { show } from "./figures.ts";
import { tables } from "./tables.ts";
import { type Model, specOf } from "./training.ts";

const STEPS = 500;

/** One unit through 50 steps, whose σ(x₅₀) is compared with a target (Pascanu, Mikolov & Bengio, 2013, figure 6). */
const unit: Model = {
  input: [1],
  layers: [{ type: "Unit", name: "unit", steps: 50 }],
  loss: "MSELoss",
  optimizer: { type: "SGD", lr: 0.1 },
  data: { type: "gaussian", samples: 1 },
  train: { steps: STEPS, batch_size: 1 },
};

/** Where it starts. At the cliff a difference grows 10⁴ times in six steps, so there are many starts, this far from each other. */
const START = { w: 5, b: -2.8 };
const APART = 1e-9;
const STARTS = 20;
const X_0 = 0.5;
const TARGET = 0.7;

/** The last loss, from one of the starts. */
function descend(model: Model, start: number): number {
  const spec = specOf(model, 0);
  const compiled = new CompiledModel(spec, {
    backend: doubleBackend,
    table: tables.layers,
    training: [1],
    evaluation: [],
  });
  const { lists, step: compute, update } = compiled.training(1);
  const { floats, doubles } = compiled.memory;
  const set = (name: string, value: number) =>
    (floats[compiled.layout.weights.get(`unit.${name}`)?.at ?? NaN] = value);
  set("w", START.w + start * APART);
  set("b", START.b);
  floats[lists.target] = TARGET;
  const prepareUpdate = updater(compiled);
  for (let step = 1; step <= STEPS; step++) {
    floats[lists.input.at] = X_0;
    compute();
    prepareUpdate(lists.layers, step, { lr: NaN, grad_norm: NaN, clip_coef: NaN });
    update();
  }
  return doubles[lists.loss];
}

interface Row extends Pick<Experiment, "name" | "expected" | "agrees"> {
  readonly model: Model;
}

const descents = ({ model, ...row }: Row): Experiment => ({
  ...row,
  seeds: [],
  measure() {
    const losses = Array.from({ length: STARTS }, (_, i) => descend(model, i)).sort((a, b) => a - b);
    const median = losses[STARTS / 2];
    const range = `${show(losses[0])} … ${show(losses[STARTS - 1])}`;
    const text = `${show(median)} (median of ${STARTS} starts ${APART} apart: ${range})`;
    return Promise.resolve({ figures: [median], text, engine: doubleBackend.name });
  },
});

export const cliff: readonly Experiment[] = [
  descents({
    name: `Cliff: x_t = w·σ(x_{t−1}) + b, T = 50, from w = 5, b = −2.8, gradient descent 0.1: loss after ${STEPS} steps`,
    expected: "0.087",
    model: unit,
    agrees: near(0.087, 0.01),
  }),
  descents({
    name: "the same, clipped to norm 1",
    expected: "0.0000",
    model: { ...unit, clip_grad_norm: 1 },
    agrees: below(0.001),
  }),
];
