import { integer, number, optional, type Values } from "../params.ts";
import { sizeOf } from "../tensor.ts";
import type { DataRequirements } from "./data.ts";
import { labelled } from "./labelled.ts";
import { jitter } from "./draws.ts";

/** Half the side of scikit-learn's `center_box`. */
const BOX = 10;

const params = {
  centers: optional(
    integer("Number of blobs. Default: one for each output of the model, two where it has one.", {
      min: 2,
      max: 1000,
    }),
  ),
  cluster_std: number("Standard deviation of a blob in every direction.", { min: 0 }, 1),
};

const centersOf = ({ centers }: Values<typeof params>, { output }: DataRequirements): number =>
  centers ?? Math.max(2, output.at(-1) ?? 0);

export const blobs = labelled({
  doc: "Normal clouds around centres drawn from the cube −10 … 10, in as many dimensions as the model has inputs, in turn (scikit-learn's `make_blobs`); the class is the centre.",
  params,
  input: (_params, { input }) => input,
  classes: centersOf,

  draw(generator, params, { samples, inputs, ids }, required) {
    const size = sizeOf(required.input);
    const centers = new Float32Array(centersOf(params, required) * size);
    generator.uniform(centers, -BOX, BOX);
    for (let i = 0; i < samples; i++) {
      ids[i] = i % (centers.length / size);
      inputs.set(centers.subarray(ids[i] * size, (ids[i] + 1) * size), i * size);
    }
    jitter(generator, inputs, params.cluster_std);
  },
});
