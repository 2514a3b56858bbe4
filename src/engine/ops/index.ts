import { attention } from "./attention.ts";
import { conv } from "./conv.ts";
import { dropout, elementwiseOps, prelu, softmax } from "./elementwise.ts";
import { embedding } from "./embedding.ts";
import { add, linear } from "./linear.ts";
import { batchNorm, groupNorm, rmsNorm } from "./norms.ts";
import { adaptiveAvgPool, avgPool, maxPool } from "./pooling.ts";
import { gru, lstm, rnnRelu, rnnTanh } from "./recurrent.ts";
import { concat } from "./concat.ts";

/** Every op. Tests walk this table: an op is gradient-checked for being here. */
export const ops = {
  ...elementwiseOps,
  adaptiveAvgPool,
  add,
  attention,
  avgPool,
  batchNorm,
  concat,
  conv,
  dropout,
  embedding,
  groupNorm,
  gru,
  linear,
  lstm,
  maxPool,
  prelu,
  rmsNorm,
  rnnRelu,
  rnnTanh,
  softmax,
};
