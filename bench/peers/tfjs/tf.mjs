import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// CommonJS is what both packages have for Node.
const require = createRequire(import.meta.url);

export const tf = require("@tensorflow/tfjs");

/** Makes WebAssembly compute. */
export async function start() {
  const wasm = require("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist/"));
  if (!(await tf.setBackend("wasm")))
    throw new Error("the WebAssembly backend of TensorFlow.js does not start");
  tf.enableProdMode();
}
