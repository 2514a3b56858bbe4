import { activationLayers } from "./activations.ts";
import type { LayerType } from "./layer.ts";
import { Linear } from "./linear.ts";
import { BatchNorm1d, LayerNorm, RMSNorm } from "./norms.ts";
import { Dropout, Identity } from "./shapes.ts";

/** Every layer type of the model file, by the name of the PyTorch module. Parser, schema, engine and export follow from it. */
export const layers: Readonly<Record<string, LayerType>> = {
  Linear,
  ...activationLayers,
  BatchNorm1d,
  LayerNorm,
  RMSNorm,
  Dropout,
  Identity,
};
