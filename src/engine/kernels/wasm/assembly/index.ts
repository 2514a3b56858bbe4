export { place } from "./memory";
export { gemm, gemmScratch } from "./gemm";
