import { activationLayers } from "./activations.ts";
import { MultiheadAttention } from "./attention.ts";
import { Conv1d, Conv2d } from "./conv.ts";
import { Embedding } from "./embedding.ts";
import { GroupNorm, InstanceNorm2d } from "./groupNorms.ts";
import type { LayerType } from "./layer.ts";
import { Linear } from "./linear.ts";
import { BatchNorm1d, BatchNorm2d, LayerNorm, RMSNorm } from "./norms.ts";
import { poolingLayers } from "./pooling.ts";
import { GRU, LSTM, RNN } from "./recurrent.ts";
import { Flatten, Unflatten } from "./reshaping.ts";
import { Dropout, Identity } from "./shapes.ts";
import { TransformerEncoderLayer } from "./transformer.ts";

/** Every layer type of the model file, by the name of the PyTorch module. Parser, schema, engine and export follow from it. */
export const layers: Readonly<Record<string, LayerType>> = {
  Linear,
  Conv1d,
  Conv2d,
  Embedding,
  RNN,
  LSTM,
  GRU,
  MultiheadAttention,
  TransformerEncoderLayer,
  ...activationLayers,
  BatchNorm1d,
  BatchNorm2d,
  LayerNorm,
  GroupNorm,
  InstanceNorm2d,
  RMSNorm,
  ...poolingLayers,
  Flatten,
  Unflatten,
  Dropout,
  Identity,
};
