import type { Reading } from "../data/reading.ts";
import { layOut } from "../compile/parameterLayout.ts";
import type { LayerTable } from "../graph/network.ts";
import type { ModelSpec } from "../spec.ts";
import { matchWeights } from "./match.ts";
import { LONGEST_HEADER } from "./header.ts";
import { readSafetensors } from "./safetensors.ts";

/** Room in a header for what a file says of itself, and for one tensor beside its name, in bytes. */
const METADATA = 2 ** 20;
const TENSOR = 512;

/**
 * The weights that a model starts from, out of a `.safetensors` file. Throws `DataError` where it does not fit. Without `values`
 * only that is found out.
 */
export function readWeights(
  spec: ModelSpec,
  table: LayerTable,
  path: string,
  values = true,
): Reading<ReadonlyMap<string, Float32Array>> {
  const { weights } = layOut(spec, table, 0);
  const names = [...weights.keys()];
  const needed = names.reduce((bytes, name) => bytes + TENSOR + 2 * name.length, METADATA);
  return readSafetensors(
    { path },
    {
      choose: (stored) => matchWeights(weights, stored, path),
      longestHeader: Math.min(needed, LONGEST_HEADER),
      values,
    },
  );
}

export { matchWeights, type Expected } from "./match.ts";
export { readSafetensors, writeSafetensors, type Stored, type TensorValues } from "./safetensors.ts";
