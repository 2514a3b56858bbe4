import { declaredModel } from "../engine/graph/declaredModel.ts";
import { layerInfo } from "../engine/graph/layerInfo.ts";
import { modulesOf, type ModelSpec } from "../engine/spec.ts";
import { sizeOf, type Shape } from "../engine/tensor.ts";
import type { LayerInfo, RunInfo } from "../protocol/run.ts";
import { standard } from "./tables.ts";

/** A row of the model as its text alone tells of it. */
export interface OutlineRow {
  readonly info: LayerInfo;
  /** Shape of one sample, without the batch. */
  readonly input: Shape;
  readonly output: Shape;
  /** Trainable values. */
  readonly parameters: number;
}

/** What the editor shows of a model before it has run. */
export interface Outline {
  readonly rows: readonly OutlineRow[];
  readonly parameters: number;
}

export function outlineOf(spec: ModelSpec): Outline {
  const rows = Array.from(modulesOf(spec.layers), (row, i): OutlineRow => {
    const info = layerInfo(standard.layers, row, i === 0);
    const parameters = info.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return { info, input: row.input, output: row.output, parameters };
  });
  return { rows, parameters: rows.reduce((sum, row) => sum + row.parameters, 0) };
}

/** What is known of a run while it is prepared: `hist_every` and `engine` are the worker's to decide. */
export const expectedRun = (spec: ModelSpec, { rows, parameters }: Outline): RunInfo => ({
  model: spec.name,
  seed: spec.train.seed,
  parameters,
  steps: spec.train.steps,
  layers: rows.map(({ info }) => info),
  hist_every: 1,
  engine: "",
  declared: declaredModel(spec),
});
