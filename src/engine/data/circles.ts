import { number } from "../params.ts";
import { jitter, noise, rand } from "./draws.ts";
import { labelled } from "./labelled.ts";

export const circles = labelled({
  doc: "A circle of radius 1 (class 0) around a smaller one (class 1), in turn (scikit-learn's `make_circles`), and noise.",
  params: {
    noise: noise(0.05),
    factor: number("Radius of the inner circle.", { min: 0, below: 1 }, 0.8),
  },
  classes: () => 2,

  draw(generator, { noise, factor }, { samples, inputs, ids }) {
    const around = rand(generator, samples);
    for (let i = 0; i < samples; i++) {
      ids[i] = i % 2;
      const radius = ids[i] === 0 ? 1 : factor;
      const angle = 2 * Math.PI * around[i];
      inputs.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * i);
    }
    jitter(generator, inputs, noise);
  },
});
