import { text } from "../params.ts";
import { readArrays } from "./arrays.ts";
import { fileSet } from "./data.ts";
import { npyFormat } from "./formats/npy.ts";

export const npy = fileSet({
  doc: "Two NumPy arrays, inputs and targets, whose first axis counts the samples.",
  params: {
    inputs: text("The `.npy` file of the inputs, relative to the model file."),
    targets: text("The `.npy` file of the targets, relative to the model file."),
  },
  files: ({ inputs, targets }) => [inputs, targets],
  read: ({ inputs, targets }, required) =>
    readArrays(npyFormat, { path: inputs }, { path: targets }, required),
});
