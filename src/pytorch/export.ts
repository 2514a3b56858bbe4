import type { DataName } from "../engine/data/index.ts";
import { layers } from "../engine/layers/index.ts";
import type { LayerTable } from "../engine/graph/network.ts";
import type { ModelSpec } from "../engine/spec.ts";
import { dataRequirementsOf } from "../engine/graph/dataRequirements.ts";
import { classesOf } from "./classes.ts";
import type { DataCode, Helper } from "./data/code.ts";
import { dataWriters } from "./data/index.ts";
import { NORMALIZE } from "./data/readers.ts";
import { constants, docstring, importLines, readsFiles } from "./header.ts";
import { buildFunctions, modelClass } from "./model.ts";
import { indented } from "./python.ts";
import { batchesFunction, evaluateFunction, MEAN, trainFunction } from "./training.ts";
import { mainFunctions } from "./main.ts";

export interface ExportOptions {
  /** The model file's folder, as seen from the program's; the same unless it is given. */
  readonly folder?: string;
  readonly table?: LayerTable;
}

/**
 * The model as a Python program that builds it in PyTorch and trains it as GradLens does: the same names of parameters, the
 * same random numbers from the same seed, the same data in the same order.
 */
export function exportModel(spec: ModelSpec, { folder = "", table = layers }: ExportOptions = {}): string {
  const required = dataRequirementsOf(spec, table);
  const data = dataWriters[spec.data.type as DataName](spec.data.params, required);
  const helpers = helpersOf(spec, data);
  const model = modelClass(spec, table);
  const modules = modulesOf(spec, data, helpers);
  const parts = [
    importLines(modules, model.join("\n")),
    constants(spec, folder),
    ...classesOf(spec).map((text) => [text]),
    model,
    ...buildFunctions(spec, table),
    ...helpers.map(({ text }) => [text]),
    loadFunction(spec, data),
    batchesFunction(spec),
    ...(spec.data.validation > 0 ? [evaluateFunction(required)] : []),
    MEAN,
    trainFunction(spec, required),
    ...mainFunctions(spec),
    ['if __name__ == "__main__":', ...indented(["main()"])],
  ];
  const [imports, ...rest] = parts.map((lines) => lines.join("\n"));
  return `${docstring(spec, modules).join("\n")}\n\n${imports}\n\n${rest.join("\n\n\n")}\n`;
}

const helpersOf = ({ data }: ModelSpec, { helpers = [] }: DataCode): readonly Helper[] => [
  ...helpers,
  ...(data.normalize || data.normalize_targets ? [NORMALIZE] : []),
];

/** Everything that the program imports, by name. */
const modulesOf = (spec: ModelSpec, data: DataCode, helpers: readonly Helper[]): ReadonlySet<string> =>
  new Set([
    ...["contextlib", "json", "math", "sys"],
    ...(data.imports ?? []),
    ...helpers.flatMap(({ imports }) => imports),
    ...(readsFiles(spec) ? ["pathlib"] : []),
    ...(spec.weights === undefined ? [] : ["safetensors"]),
  ]);

function loadFunction({ data }: ModelSpec, { lines }: DataCode): readonly string[] {
  const [inputs, targets] = [
    data.normalize ? "normalized(inputs)" : "inputs",
    data.normalize_targets ? "normalized(targets)" : "targets",
  ];
  return [
    "def load_data(generator):",
    ...indented(['"""The inputs and targets of all samples."""', ...lines, `return ${inputs}, ${targets}`]),
  ];
}
