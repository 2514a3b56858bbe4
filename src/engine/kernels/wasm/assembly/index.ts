export { end, place } from "./memory";
export { gemm, gemmScratch } from "./gemm";
export { add, columnSums, copyRows, fill, multiply } from "./elementwise";
export { histogram, outside, summary, sumSquares } from "./statistics";
export { adam, sgd } from "./optimizers";
export { activation, activationGrad, softmax, softmaxGrad } from "./activations";
export { batchNorm, batchNormGrad, groupNorm, groupNormGrad } from "./norms";
export { attention, attentionGrad } from "./attention";
export { gruCell, gruCellGrad, lstmCell, lstmCellGrad, rnnCell, rnnCellGrad } from "./recurrent";
