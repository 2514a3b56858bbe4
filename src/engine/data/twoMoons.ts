import { jitter, noise, rand } from "./draws.ts";
import { labelled } from "./labelled.ts";

export const two_moons = labelled({
  doc: "Two half circles that reach into one another, in turn (scikit-learn's `make_moons`), and noise.",
  params: { noise: noise(0.1) },
  classes: () => 2,

  draw(generator, params, { samples, inputs, ids }) {
    const along = rand(generator, samples);
    for (let i = 0; i < samples; i++) {
      const angle = Math.PI * along[i];
      const [x, y] = [Math.cos(angle), Math.sin(angle)];
      ids[i] = i % 2;
      inputs.set(ids[i] === 0 ? [x, y] : [1 - x, 0.5 - y], 2 * i);
    }
    jitter(generator, inputs, params.noise);
  },
});
