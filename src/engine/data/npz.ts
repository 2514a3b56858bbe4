import { text } from "../params.ts";
import { readArrays } from "./arrays.ts";
import { fileSet } from "./data.ts";
import { npyFormat } from "./formats/npy.ts";

export const npz = fileSet({
  doc: "Two arrays of a NumPy archive (`numpy.savez`), inputs and targets, whose first axis counts the samples.",
  params: {
    path: text("The `.npz` archive, relative to the model file."),
    inputs: text("Name of the array of the inputs."),
    targets: text("Name of the array of the targets."),
  },
  files: ({ path }) => [path],
  read: ({ path, inputs, targets }, required) =>
    readArrays(npyFormat, { path, member: inputs }, { path, member: targets }, required),
});
