import { cliff } from "./cliff.ts";
import { clipping } from "./clipping.ts";
import { depth, floor, information, weights } from "./depth.ts";
import { dying } from "./dying.ts";
import type { Experiment } from "./experiment.ts";
import { forgetGate } from "./forgetGate.ts";
import { lookBack, recurrent } from "./recurrent.ts";

export interface Group {
  readonly title: string;
  /** What the figures alone do not tell. */
  readonly note?: string;
  readonly experiments: readonly Experiment[];
}

const LEAPS = `Adam leaps here, in PyTorch as well: once gradients have been small for long, √v is so small that a gradient of 1e-6 moves
weights by six times the learning rate, and the next loss is far above 1. Most runs recover, and a relative difference of
1e-6 in the initial weights decides which leap: of 24 runs without statistics, three such starts for each of eight seeds, 7
did here, up to 11, and 7 in PyTorch on the same batches, up to 72. In the table, the loss of seed 2 goes from 1e-7 to 188 at step 1912 and
stays at 0.69; without statistics, which rounds otherwise, it ends at 4e-19. From θ, m and v as they are in the table's run
after step 1800 PyTorch goes the same way: up to 280 at that very step, then 0.69, from 8 of 8 starts 1e-6 apart. And from
PyTorch's, ten steps before its leap to 72, this engine leaps to 73.`;

/** Every experiment, in the order of the page. */
export const groups: readonly Group[] = [
  { title: "Depth", experiments: depth },
  { title: "The gradient of the weights says nothing of the gradient that arrives", experiments: weights },
  { title: "Gradients below Adam's ε", note: LEAPS, experiments: floor },
  { title: "Healthy gradients of features that are all alike", experiments: information },
  { title: "A cliff", experiments: cliff },
  { title: "Memory", experiments: recurrent },
  { title: "Back through a hundred steps", experiments: lookBack },
  { title: "The forget gate", experiments: forgetGate },
  { title: "Dying ReLU", experiments: dying },
  { title: "Clipping", experiments: clipping },
];
