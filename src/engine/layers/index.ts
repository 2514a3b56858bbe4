import { activationLayers } from "./activations.ts";
import { MultiheadAttention } from "./attention.ts";
import type { LayerType } from "./layer.ts";
import { Linear } from "./linear.ts";
import { BatchNorm1d, LayerNorm, RMSNorm } from "./norms.ts";
import { Dropout, Identity } from "./shapes.ts";
import { TransformerEncoderLayer } from "./transformer.ts";

/** Every layer type of the model file, by the name of the PyTorch module. Parser, schema, engine and export follow from it. */
export const layers: Readonly<Record<string, LayerType>> = {
  Linear,
  MultiheadAttention,
  TransformerEncoderLayer,
  ...activationLayers,
  BatchNorm1d,
  LayerNorm,
  RMSNorm,
  Dropout,
  Identity,
};
