import { text } from "../params.ts";
import { readArrays } from "./arrays.ts";
import { fileSet } from "./data.ts";
import { idxFormat } from "./formats/idx.ts";

export const idx = fileSet({
  doc: "Two IDX files, the format of MNIST: inputs and targets, packed with gzip or not. The values are taken as they are, 0 to 255 for an image.",
  params: {
    inputs: text("The file of the inputs (`train-images-idx3-ubyte.gz`), relative to the model file."),
    targets: text("The file of the targets (`train-labels-idx1-ubyte.gz`), relative to the model file."),
  },
  files: ({ inputs, targets }) => [inputs, targets],
  read: ({ inputs, targets }, required) =>
    readArrays(idxFormat, { path: inputs }, { path: targets }, required),
});
