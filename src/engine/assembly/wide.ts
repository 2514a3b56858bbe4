// The build for processes whose V8 revectorizes: joins two vectors of 128 bits which lie side by side into one of 256.

// @ts-ignore: decorator
@global
const WIDE_SIMD: bool = true;

export * from "./index";
