import assert from "node:assert/strict";
import { join } from "node:path";
import type { Backend } from "../../src/engine/runtime/backend.ts";
import { wasmBackend } from "../../src/engine/runtime/wasmBackend.ts";
import { BUILDS, builtFile, kernelModule } from "../../src/worker/kernelModules.ts";

export const dist = join(import.meta.dirname, "../../dist");

/** Every build of the kernels that this host can run: wide, with fused multiply-add, without. */
export function wasmBackends(): readonly Backend[] {
  assert.ok(builtFile("kernels-simd.wasm", dist), "the kernels are not built: npm run build");
  const modules = BUILDS.map((name) => kernelModule(name, dist));
  return modules.filter((module) => module !== undefined).map((module) => wasmBackend(module));
}
