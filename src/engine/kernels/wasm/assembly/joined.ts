// The build for hosts that join two vectors of 128 bits which lie side by side into one of 256.

// @ts-ignore: decorator
@global
const JOINS_VECTORS: bool = true;

export * from "./index";
