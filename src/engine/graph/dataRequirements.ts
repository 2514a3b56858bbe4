import type { DataRequirements } from "../data/data.ts";
import { losses } from "../losses/index.ts";
import type { LossType } from "../losses/loss.ts";
import { layers } from "../layers/index.ts";
import { type LayerTable, typeOf } from "./network.ts";
import { layersOf, type ModelSpec } from "../spec.ts";

/** What a model asks of its data. */
export function dataRequirementsOf(spec: ModelSpec, table: LayerTable = layers): DataRequirements {
  const [first] = layersOf(spec.layers);
  const ids = first && typeOf(table, first).ids?.(first.params);
  const { targets } = (losses as Readonly<Record<string, LossType>>)[spec.loss.type];
  return { input: spec.input, output: spec.output, targets, ...(ids !== undefined && { ids }) };
}
