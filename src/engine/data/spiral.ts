import { integer, number } from "../params.ts";
import { rand } from "./draws.ts";
import { labelled } from "./labelled.ts";

export const spiral = labelled({
  doc: "Arms of a spiral around the origin, within the unit circle; the class is the arm. The noise turns a point by an angle.",
  params: {
    classes: integer("Number of arms.", { min: 2, max: 1000 }, 2),
    turns: number("How often an arm winds around the origin.", { above: 0, max: 100 }, 1),
    noise: number("Standard deviation of the noise of a point's angle, in radians.", { min: 0 }, 0.1),
  },
  classes: (params) => params.classes,

  // radius = √rand: as many points per area at the rim as at the centre, where the arms meet
  draw(generator, { classes, turns, noise }, { samples, inputs, ids }) {
    const area = rand(generator, samples);
    const angleNoise = new Float32Array(samples);
    generator.normal(angleNoise, 0, 1);
    for (let i = 0; i < samples; i++) {
      ids[i] = i % classes;
      const radius = Math.sqrt(area[i]);
      const angle = 2 * Math.PI * (turns * radius + ids[i] / classes) + noise * angleNoise[i];
      inputs.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * i);
    }
  },
});
