import type { Values } from "../params.ts";
import { randint } from "./draws.ts";
import type { DataRequirements } from "./data.ts";
import { labelled } from "./labelled.ts";
import { checkSequence, length } from "./sequence.ts";

const params = { length: length("Number of bits.", 1) };

export const parity = labelled({
  doc: "Random bits, 0 or 1; the class is 1 where an odd number of them are 1. The input is a sequence `[length, 1]`, or a vector `[length]` (ids for an Embedding as well).",
  params,

  input({ length }: Values<typeof params>, required: DataRequirements) {
    checkSequence(length, 1, true, required);
    return required.input;
  },
  classes: () => 2,

  draw(generator, _params, { samples, inputs, ids }) {
    const bits = randint(generator, 0, 2, inputs.length);
    const length = bits.length / samples;
    inputs.set(bits);
    for (let i = 0; i < bits.length; i++) ids[Math.floor(i / length)] ^= bits[i];
  },
});
