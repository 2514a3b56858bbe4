import assert from "node:assert/strict";
import { join } from "node:path";
import type { Backend } from "../../src/engine/backend.ts";
import { wasmBackend } from "../../src/engine/kernels/wasm/backend.ts";
import { compiledKernels } from "../../src/worker/backends.ts";

const dist = join(import.meta.dirname, "../../dist");

/** Every build of the kernels that this host can run: with fused multiply-add, and without. */
export function wasmBackends(): readonly Backend[] {
  const variants = compiledKernels(dist);
  assert.equal(variants.length, 2, "the kernels are not built: npm run build");
  return variants.flatMap((variant) => wasmBackend([variant]) ?? []);
}
