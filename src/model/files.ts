import { dataFilesOf } from "../engine/data/files.ts";
import type { ModelSpec } from "../engine/spec.ts";

/** Every file that a run of the model reads, relative to the model file. */
export const filesOf = ({ data, weights }: ModelSpec): readonly string[] => [
  ...dataFilesOf(data),
  ...(weights === undefined ? [] : [weights]),
];
