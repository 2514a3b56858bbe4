import { cliff } from "./cliff.ts";
import { clipping } from "./clipping.ts";
import { depth, floor, information, weights } from "./depth.ts";
import { dying } from "./dying.ts";
import type { Experiment } from "./experiment.ts";
import { forgetGate } from "./forgetGate.ts";
import { lookBack, recurrent } from "./recurrent.ts";

export interface Group {
  readonly title: string;
  readonly experiments: readonly Experiment[];
}

/** Every experiment, in the order of the page. */
export const groups: readonly Group[] = [
  { title: "Depth", experiments: depth },
  { title: "The gradient of the weights says nothing of the gradient that arrives", experiments: weights },
  { title: "Gradients below Adam's ε", experiments: floor },
  { title: "Healthy gradients of features that are all alike", experiments: information },
  { title: "A cliff", experiments: cliff },
  { title: "Memory", experiments: recurrent },
  { title: "Back through a hundred steps", experiments: lookBack },
  { title: "The forget gate", experiments: forgetGate },
  { title: "Dying ReLU", experiments: dying },
  { title: "Clipping", experiments: clipping },
];
