import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { TrialRun } from "../../src/protocol/trials.ts";
import { DataStore } from "../../src/worker/dataStore.ts";
import { Prober, type Probed } from "../../src/worker/probe.ts";

const linear = (out_features: number) => ({ type: "Linear", out_features });

/** With what draws random numbers, and with what an optimizer and layers keep from step to step. */
const models = {
  "an MLP with dropout, running means and Adam": {
    input: [2],
    layers: [linear(16), { type: "BatchNorm1d" }, { type: "Dropout", p: 0.3 }, { type: "Tanh" }, linear(1)],
    loss: "BCEWithLogitsLoss",
    optimizer: { type: "Adam", lr: 0.01 },
    data: { type: "spiral", samples: 90, validation: 0.2 },
    train: { steps: 60, batch_size: 16, seed: 7 },
  },
  "an LSTM with momentum, a schedule and clipping": {
    input: [12, 2],
    layers: [{ type: "LSTM", hidden_size: 8 }, linear(1)],
    loss: "MSELoss",
    optimizer: { type: "SGD", lr: 0.1, momentum: 0.9 },
    lr_scheduler: { type: "ExponentialLR", gamma: 0.99 },
    clip_grad_norm: 1,
    data: { type: "adding_problem", samples: 64, length: 12 },
    train: { steps: 60, batch_size: 16, seed: 1 },
  },
  "one that ends with NaN everywhere": {
    input: [2],
    layers: [linear(8), { type: "ReLU" }, linear(8), { type: "ReLU" }, linear(1)],
    loss: "MSELoss",
    optimizer: { type: "SGD", lr: 1e20 },
    data: { type: "gaussian", samples: 64 },
    train: { steps: 60, batch_size: 16, seed: 1 },
  },
};

const probedOf = (model: object, seed: number, more: Partial<Probed> = {}): Probed => ({
  text: JSON.stringify({ models: { m: model } }),
  model: "m",
  location: { file: "m.gradlens.json", root: "." },
  options: { threads: 1 },
  seed,
  steps: 20,
  patienceMs: 60_000,
  ...more,
});

const store = new DataStore(2 ** 20);

/** All that is shown, but for how long it took. */
const shown = ({ info, history, end: { elapsed_ms: _, ...end } }: TrialRun) => ({ info, history, end });

const fresh = async (probed: Probed) => shown(await new Prober().probe(probed, { store }));

suite("a probe", () => {
  for (const engine of ["auto", "scalar"] as const) {
    for (const [name, model] of Object.entries(models)) {
      test(`of ${name} has with each seed the very figures that it has by itself (${engine})`, async () => {
        const prober = new Prober();
        for (const seed of [0, 1, 2, 0]) {
          const probed = probedOf(model, seed, { options: { threads: 1, engine } });
          assert.deepEqual(shown(await prober.probe(probed, { store })), await fresh(probed));
        }
      });
    }
  }

  test("of another text takes nothing over", async () => {
    const prober = new Prober();
    const [model] = Object.values(models);
    const wider = { ...model, layers: [linear(24), { type: "Tanh" }, linear(1)] };
    for (const one of [model, wider, model]) {
      const probed = probedOf(one, 1);
      assert.deepEqual(shown(await prober.probe(probed, { store })), await fresh(probed));
    }
  });

  test("compiles a model once for all its seeds", async () => {
    const deep = {
      ...models["one that ends with NaN everywhere"],
      layers: [...Array.from({ length: 300 }, () => [linear(4), { type: "ReLU" }]).flat(), linear(1)],
      optimizer: { type: "SGD", lr: 1e-3 },
    };
    const prober = new Prober();
    const taken: number[] = [];
    for (const seed of [0, 1, 2, 3, 4]) {
      const started = process.cpuUsage();
      await prober.probe(probedOf(deep, seed, { steps: 1 }), { store });
      taken.push(process.cpuUsage(started).user);
    }
    const [first = 0, ...others] = taken;
    assert.ok(Math.min(...others) < first / 2, `µs: ${taken.join(", ")}`);
  });

  test("that was ended leaves the next one as it is by itself", async () => {
    const prober = new Prober();
    const [model] = Object.values(models);
    await prober.probe(probedOf(model, 0), { store });
    const reason = new Error("an edit");
    const signal = AbortSignal.abort(reason);
    await assert.rejects(prober.probe(probedOf(model, 1), { store, signal }), reason);
    const probed = probedOf(model, 2);
    assert.deepEqual(shown(await prober.probe(probed, { store })), await fresh(probed));
  });
});
