import { jitter, noise } from "./draws.ts";
import { labelled } from "./labelled.ts";

export const xor = labelled({
  doc: "The four corners (0, 0), (0, 1), (1, 0), (1, 1) in turn, and noise. The class is the exclusive or: no straight line parts them.",
  params: { noise: noise(0.1) },
  classes: () => 2,

  draw(generator, params, { samples, inputs, ids }) {
    for (let i = 0; i < samples; i++) {
      const [a, b] = [(i >> 1) & 1, i & 1];
      inputs.set([a, b], 2 * i);
      ids[i] = a ^ b;
    }
    jitter(generator, inputs, params.noise);
  },
});
