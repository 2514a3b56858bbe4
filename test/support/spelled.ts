import { layers } from "../../src/engine/layers/index.ts";
import type { LayerSpec } from "../../src/engine/spec.ts";
import { written } from "../../src/pytorch/calls.ts";
import { flat } from "../../src/pytorch/layout.ts";

/** A layer as PyTorch spells it: `nn.Linear(2, 64)`. */
export const spelled = ({ type, params, input }: LayerSpec): string =>
  flat(written(layers[type].torch(params, input), layers[type].params));
