import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Call } from "../../src/engine/compile/recorder.ts";
import { type Backend, scalarBackend, singleThreaded } from "../../src/engine/runtime/backend.ts";
import { parse } from "../../src/model/parse.ts";
import { prepare, type PrepareOptions } from "../../src/worker/prepare.ts";

const linear = (out_features: number) => ({ type: "Linear", out_features });

const training = (
  fields: { readonly input: readonly number[]; readonly layers: readonly object[] },
  options?: PrepareOptions,
) => {
  const shared = { loss: "MSELoss", optimizer: { type: "SGD", lr: 0.001 } };
  const data = { type: "gaussian", samples: 32 };
  const train = { steps: 20, batch_size: 32 };
  const text = JSON.stringify({ version: 1, models: { m: { ...shared, data, train, ...fields } } });
  const spec = parse(text).models[0]?.spec;
  assert.ok(spec);
  return prepare(spec, { file: "", root: "" }, options);
};

/** The scalar kernels, and the names of those that were called. */
function counted(): { readonly backend: Backend; readonly called: Call["kernel"][] } {
  const called: Call["kernel"][] = [];
  const executor: Backend["executor"] = (_, kernels) => {
    const own = singleThreaded(kernels);
    const runner = (calls: readonly Call[], batch: number) => {
      const run = own.runner(calls, batch);
      return () => {
        called.push(...calls.map(({ kernel }) => kernel));
        run();
      };
    };
    return { ...own, runner };
  };
  return { backend: { ...scalarBackend, executor }, called };
}

suite("histograms", () => {
  test("are taken at every step where products of matrices take nearly all of the time", async () => {
    const { info } = await training({ input: [200, 8], layers: [{ type: "LSTM", hidden_size: 64 }] });
    assert.equal(info.hist_every, 1);
  });

  test("are taken now and then in a deep and narrow net, the first step's among them", async () => {
    const block = { name: "block", repeat: 10, layers: [linear(16), { type: "ReLU" }] };
    const run = await training({ input: [16], layers: [block] });
    const every = run.info.hist_every;
    assert.ok(every > 1 && every <= 20);
    const counted = Array.from(run.steps(), ({ step, hist }) => (hist ? step : 0)).filter(Boolean);
    const expected = Array.from({ length: 20 }, (_, i) => i + 1).filter((step) => (step - 1) % every === 0);
    assert.deepEqual(counted, expected);
  });

  test("are taken less often where the gradient of a wide input comes with them", async () => {
    const wide = await training({ input: [512], layers: [linear(64), linear(64)] });
    const narrow = await training({ input: [64], layers: [linear(64), linear(64)] });
    assert.ok(wide.info.hist_every > narrow.info.hist_every);
  });
});

suite("the gradient of the input", () => {
  const products = async (options: PrepareOptions): Promise<number> => {
    const { backend, called } = counted();
    const run = await training({ input: [4], layers: [linear(64), linear(64)] }, { ...options, backend });
    run.steps().next();
    return called.filter((kernel) => kernel === "gemm").length;
  };

  test("is computed for the first layer's gain alone: not by a step without statistics", async () => {
    assert.equal(await products({ histEvery: 1 }), 6);
    assert.equal(await products({ statistics: false }), 5);
  });
});
