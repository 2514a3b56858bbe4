import { text, type Values } from "../params.ts";
import { fromArrays } from "./arrays.ts";
import { fileSet } from "./data.ts";
import { readNpy } from "./formats/npy.ts";

const params = {
  path: text("The `.npz` archive, relative to the model file."),
  inputs: text("Name of the array of the inputs."),
  targets: text("Name of the array of the targets."),
};

const members = ({ path, inputs, targets }: Values<typeof params>) =>
  [inputs, targets].map((member) => ({ path, member }));

export const npz = fileSet({
  doc: "Two arrays of a NumPy archive (`numpy.savez`), inputs and targets, whose first axis counts the samples.",
  params,
  files: members,

  load(bytes, params, wants) {
    const [inputs, targets] = members(params).map(({ path, member }, i) =>
      readNpy(bytes[i], `${path}:${member}`),
    );
    return fromArrays(inputs, targets, wants);
  },
});
