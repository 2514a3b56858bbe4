import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { suite, test } from "node:test";
import { wasmBackend } from "../../src/engine/runtime/wasmBackend.ts";
import { fastestKernels, kernelModule } from "../../src/worker/kernelModules.ts";
import { canRevectorize, revectorizes, REVECTORIZE } from "../../src/process/wideSimd.ts";
import { bitsOf, figuresOf, texts } from "../support/figures.ts";
import { dist } from "../support/wasm.ts";

/** All functions by the optimizing compiler, from their first call: only it revectorizes. */
const OPTIMIZED = "--no-liftoff";
const STEPS = 3;

suite("kernels of 256 bits", () => {
  const skip = canRevectorize() ? false : `not on ${process.arch} with V8 ${process.versions.v8}`;

  test("every figure is to the last bit that of kernels of 128 bits", { skip }, async () => {
    const narrow = kernelModule("kernels-fma.wasm", dist);
    assert.ok(narrow);
    const script = join(import.meta.dirname, "../support/wideFigures.ts");
    const { stdout, stderr } = spawnSync(process.execPath, [REVECTORIZE, OPTIMIZED, script, String(STEPS)], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    assert.ok(stdout, stderr);
    const wide = JSON.parse(stdout) as Record<string, string>;
    for (const [name, text] of Object.entries(texts)) {
      assert.equal(wide[name], bitsOf(await figuresOf(text, STEPS, wasmBackend(narrow))), name);
    }
  });

  test("are not taken by a process that was not started for them", () => {
    assert.equal(revectorizes(), false);
    assert.equal(fastestKernels(dist), kernelModule("kernels-fma.wasm", dist));
  });
});
