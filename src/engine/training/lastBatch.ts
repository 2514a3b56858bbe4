import { t } from "../../l10n/translate.ts";
import { layerName } from "../../protocol/layerName.ts";
import { DataError } from "../data/error.ts";
import { type LayerTable, typeOf } from "../graph/network.ts";
import { layersOf, type ModelSpec } from "../spec.ts";

/**
 * Throws where an epoch of so many samples leaves a last batch that a layer cannot be trained on: one sample has no variance
 * that `BatchNorm1d` could divide by.
 */
export function checkLastBatch(spec: ModelSpec, samples: number, table: LayerTable): void {
  const { batch_size, drop_last } = spec.train;
  const rest = drop_last ? 0 : samples % batch_size;
  if (rest === 0) return;
  for (const layer of layersOf(spec.layers)) {
    const least = typeOf(table, layer).least?.(layer.params, layer.input) ?? 1;
    if (rest >= least) continue;
    throw new DataError(
      t`${samples} samples in batches of ${batch_size} leave a last batch of ${rest}, but ${layerName(layer.path)} (${layer.type}) needs at least ${least}: set "drop_last" to true, or choose another "batch_size"`,
    );
  }
}
