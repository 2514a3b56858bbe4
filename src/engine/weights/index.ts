import { layOut } from "../layout.ts";
import type { LayerTable } from "../network.ts";
import type { ModelSpec } from "../spec.ts";
import { matchWeights } from "./match.ts";
import { readSafetensors } from "./safetensors.ts";

/** The weights that a model starts from, out of the bytes of a `.safetensors` file. Throws `DataError` where it does not fit. */
export const readWeights = (
  spec: ModelSpec,
  table: LayerTable,
  bytes: Uint8Array,
  file: string,
): ReadonlyMap<string, Float32Array> =>
  matchWeights(layOut(spec, table, 0).weights, readSafetensors(bytes, file), file);

export { matchWeights, type Expected } from "./match.ts";
export { readSafetensors, writeSafetensors, type StoredTensor, type TensorValues } from "./safetensors.ts";
