import { attention } from "./attention.ts";
import { dropout, elementwiseOps, prelu, softmax } from "./elementwise.ts";
import { add, linear } from "./linear.ts";
import { batchNorm, groupNorm, rmsNorm } from "./norms.ts";

/** Every op. Tests walk this table: an op is gradient-checked for being here. */
export const ops = {
  ...elementwiseOps,
  add,
  attention,
  batchNorm,
  dropout,
  groupNorm,
  linear,
  prelu,
  rmsNorm,
  softmax,
};
