import type { FixName } from "../../protocol/fixNames.ts";
import { addActivation, leakyRelu, relu } from "./activations.ts";
import { batchSize, normalize, normalizeTargets } from "./data.ts";
import {
  adam,
  clipGradNorm,
  eps,
  lowerRate,
  noClip,
  noSchedule,
  noWeightDecay,
  raiseRate,
} from "./descent.ts";
import { dropActivation, fittingLoss, outputActivation } from "./ending.ts";
import type { FixType } from "./fix.ts";
import { defaultInit, heInit, xavierInit } from "./inits.ts";
import { batchNorm, layerNorm, noBias, preNorm } from "./norms.ts";
import { forgetBias, gru, lstm, truncate } from "./recurrence.ts";
import { residual } from "./shortcuts.ts";
import { lessDropout, wider } from "./width.ts";

/** How each fix changes a model. */
export const fixes: Readonly<Record<FixName, FixType>> = {
  relu,
  "leaky-relu": leakyRelu,
  "he-init": heInit,
  "xavier-init": xavierInit,
  "default-init": defaultInit,
  "batch-norm": batchNorm,
  "layer-norm": layerNorm,
  residual,
  "clip-grad-norm": clipGradNorm,
  lstm,
  gru,
  "forget-bias": forgetBias,
  truncate,
  "lower-rate": lowerRate,
  "raise-rate": raiseRate,
  adam,
  eps,
  normalize,
  "normalize-targets": normalizeTargets,
  "add-activation": addActivation,
  "drop-activation": dropActivation,
  "fitting-loss": fittingLoss,
  "output-activation": outputActivation,
  "no-bias": noBias,
  "batch-size": batchSize,
  "less-dropout": lessDropout,
  wider,
  "no-weight-decay": noWeightDecay,
  "no-clip": noClip,
  "pre-norm": preNorm,
  "no-schedule": noSchedule,
};
