import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { wasmBackend } from "../../src/engine/kernels/wasm/backend.ts";
import { fastestKernels, kernelModule } from "../../src/worker/kernelModules.ts";
import { figuresOf, texts } from "../support/figures.ts";
import { dist } from "../support/wasm.ts";

suite("kernels for joined vectors", () => {
  const joined = fastestKernels(dist);
  const single = kernelModule("kernels-fma.wasm", dist);
  const skip = !joined || !single ? "this host does not join vectors" : false;

  for (const [name, text] of Object.entries(texts)) {
    test(
      `${name}: every figure is to the last bit that of kernels for single vectors`,
      { skip },
      async () => {
        assert.ok(joined && single);
        const [wide, narrow] = [wasmBackend(joined), wasmBackend(single)];
        assert.deepEqual(await figuresOf(text, 3, wide), await figuresOf(text, 3, narrow));
      },
    );
  }

  test(
    "take over after 50 ms of computing, in the middle of a run, and no figure tells",
    { skip },
    async () => {
      assert.ok(joined && single);
      let clock = 0;
      let asked = 0;
      const help = { now: () => (clock += 5), fasterModule: () => (asked++, joined) };
      const [helped, alone] = [wasmBackend(single, help), wasmBackend(single)];
      for (const text of [texts.W1, texts.W8, texts.channels]) {
        clock = asked = 0;
        const figures = await figuresOf(text, 9, helped);
        assert.equal(asked, 1);
        assert.deepEqual(figures, await figuresOf(text, 9, alone));
      }
    },
  );

  test("are given up where they compute other bits, and no figure tells", async () => {
    const plain = kernelModule("kernels-simd.wasm", dist); // rounds products, as fused kernels do not
    assert.ok(single && plain);
    let clock = 0;
    const help = { now: () => (clock += 5), fasterModule: () => plain };
    for (const text of [texts.W1, texts.W8, texts.channels]) {
      clock = 0;
      const figures = await figuresOf(text, 9, wasmBackend(single, help));
      assert.deepEqual(figures, await figuresOf(text, 9, wasmBackend(single)));
    }
  });

  test("are not asked for by a run that is soon over", async () => {
    assert.ok(single);
    const fasterModule = () => assert.fail("asked for");
    await figuresOf(texts.W1, 3, wasmBackend(single, { now: () => 0, fasterModule }));
  });
});
