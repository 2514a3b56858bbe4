import { dataSets } from "../../engine/data/index.ts";
import type { DataType } from "../../engine/data/data.ts";
import { layers as layerTypes } from "../../engine/layers/index.ts";
import type { LayerType } from "../../engine/layers/layer.ts";
import { losses } from "../../engine/losses/index.ts";
import type { LossType } from "../../engine/losses/loss.ts";
import { layersOf } from "../../engine/spec.ts";
import { t } from "../../l10n/translate.ts";
import { choiceOf } from "./draft.ts";
import type { Case, FixType } from "./fix.ts";

const sets: Readonly<Record<string, DataType>> = dataSets;
const types: Readonly<Record<string, LayerType>> = layerTypes;
const lossTypes: Readonly<Record<string, LossType>> = losses;

const takesIds = ({ spec }: Case): boolean => {
  const [first] = layersOf(spec.layers);
  return first !== undefined && types[first.type].ids?.(first.params) !== undefined;
};

export const normalize: FixType = (patient) => {
  const { draft, spec } = patient;
  if (spec.data.normalize || sets[spec.data.type]?.kind !== "file" || takesIds(patient)) return undefined;
  return {
    title: t`Normalise the inputs: mean 0 and standard deviation 1`,
    draft: { ...draft, data: { ...choiceOf(draft.data), normalize: true } },
  };
};

export const normalizeTargets: FixType = ({ draft, spec }) => {
  const data = choiceOf(draft.data);
  const isNumber = lossTypes[spec.loss.type]?.targets === "number" && !spec.loss.type.startsWith("BCE");
  if (!data || data.normalize_targets === true || sets[spec.data.type]?.kind !== "file" || !isNumber)
    return undefined;
  return {
    title: t`Normalise the targets: mean 0 and standard deviation 1`,
    draft: { ...draft, data: { ...data, normalize_targets: true } },
  };
};

/** Samples that a batch has where nothing speaks against it: PyTorch's examples and ours. */
const BATCH = 32;

export const batchSize: FixType = ({ draft, spec }) => {
  const { batch_size } = spec.train;
  if (batch_size >= BATCH) return undefined;
  return {
    title: t`Take batches of ${BATCH} samples instead of ${batch_size}`,
    draft: { ...draft, train: { ...choiceOf(draft.train), batch_size: BATCH } },
  };
};
