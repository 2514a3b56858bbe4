import { text } from "../params.ts";
import { fromArrays } from "./arrays.ts";
import { fileSet } from "./data.ts";
import { readNpy } from "./formats/npy.ts";

export const npy = fileSet({
  doc: "Two NumPy arrays, inputs and targets, whose first axis counts the samples.",
  params: {
    inputs: text("The `.npy` file of the inputs, relative to the model file."),
    targets: text("The `.npy` file of the targets, relative to the model file."),
  },
  files: ({ inputs, targets }) => [{ path: inputs }, { path: targets }],
  load: ([x, t], { inputs, targets }, wants) => fromArrays(readNpy(x, inputs), readNpy(t, targets), wants),
});
