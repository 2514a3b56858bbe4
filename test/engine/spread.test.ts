import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Backend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import { columnPartsOf } from "../../src/engine/statistics/partialSums.ts";
import { COLUMN, STATS } from "../../src/protocol/frame.ts";
import { parse } from "../../src/model/parse.ts";
import { prepare } from "../../src/worker/prepare.ts";
import { lehmer } from "../support/random.ts";
import { wasmBackends } from "../support/wasm.ts";

const spreadOf = (backend: Backend, rows: number, n: number, ld: number, values: ArrayLike<number>) => {
  const memory = backend.memory(values.length + 64, 1);
  memory.floats.fill(7); // what lies beside the columns must not count
  memory.floats.set(values);
  backend.kernels(memory, () => 0).spread(rows, n, 0, ld, 0);
  return memory.doubles[0];
};

/** Rows that are alike but for so much, around `center`. */
function rowsOf(rows: number, ld: number, center: number, apart: number): Float32Array {
  const random = lehmer(rows + ld);
  const first = Array.from({ length: ld }, () => center * (0.5 + random()));
  return Float32Array.from({ length: rows * ld }, (_, i) => first[i % ld] + apart * (random() - 0.5));
}

const SHAPES = [
  [2, 1, 1],
  [3, 4, 4],
  [64, 16, 16],
  [65, 17, 20],
  [130, 37, 64],
  [1000, 33, 33],
] as const;

for (const [variant, backend] of wasmBackends().entries()) {
  suite(`deviations from the mean of each column in WebAssembly, build ${variant + 1}`, () => {
    for (const [rows, n, ld] of SHAPES) {
      for (const [center, apart] of [
        [0, 1],
        [1, 1],
        [1, 1e-3],
        [1, 1e-6],
        [1e-30, 1e-30],
        [1e30, 1e32],
        [1e-20, 1e-25],
      ] as const) {
        test(`${rows} rows of ${n}, ${apart} apart around ${center}: those of the scalar kernel`, () => {
          const values = rowsOf(rows, ld, center, apart);
          const expected = spreadOf(scalarBackend, rows, n, ld, values);
          const found = spreadOf(backend, rows, n, ld, values);
          assert.ok(expected > 0);
          assert.ok(Math.abs(found / expected - 1) < 2e-5, `scalar ${expected}, wasm ${found}`);
        });
      }

      test(`${rows} rows of ${n} that are the same: exactly 0`, () => {
        assert.equal(spreadOf(backend, rows, n, ld, rowsOf(rows, ld, 0.7, 0)), 0);
        assert.equal(spreadOf(backend, rows, n, ld, new Float32Array(rows * ld)), 0);
      });

      test(`${rows} rows of ${n} of which the first alone is another: as exact`, () => {
        const values = rowsOf(rows, ld, 0.7, 1e-4);
        values.fill(1000, 0, ld);
        const expected = spreadOf(scalarBackend, rows, n, ld, values);
        assert.ok(Math.abs(spreadOf(backend, rows, n, ld, values) / expected - 1) < 2e-5);
      });

      test(`${rows} rows of ${n} with a NaN or ∞: NaN`, () => {
        for (const value of [NaN, Infinity, -Infinity]) {
          const values = rowsOf(rows, ld, 1, 1);
          values[(rows - 1) * ld + n - 1] = value;
          assert.ok(Number.isNaN(spreadOf(backend, rows, n, ld, values)), String(value));
        }
      });
    }
  });
}

suite("slices of columns", () => {
  test("cover all columns once, between lines of the cache", () => {
    for (const [rows, columns] of [
      [1, 1],
      [64, 64],
      [4, 5000],
      [1000, 17],
      [100_000, 3],
      [64, 25_088],
    ]) {
      const slices = columnPartsOf(rows, columns);
      const end = slices.reduce((at, { from, n }) => {
        assert.equal(from, at);
        assert.ok(n > 0 && from % 16 === 0);
        return from + n;
      }, 0);
      assert.equal(end, columns);
      assert.ok(slices.length <= 8);
    }
  });
});

const linear = (out_features: number) => ({ type: "Linear", out_features });

/** `act_spread` of every layer at every step, and which steps are sampled. */
async function spreadsOf(fields: object, backend: Backend, histEvery?: number) {
  const model = { input: [16], loss: "MSELoss", data: { type: "gaussian", samples: 32 }, ...fields };
  const spec = parse(JSON.stringify({ models: { m: model } })).models[0]?.spec;
  assert.ok(spec);
  const training = await prepare(spec, { file: "", root: "" }, { backend, ...(histEvery && { histEvery }) });
  const rows = training.info.layers.length;
  const steps = Array.from(training.steps(), ({ values, hist }) => ({
    sampled: hist !== undefined,
    spreads: Array.from({ length: rows }, (_, i) => values[i * STATS.length + COLUMN.act_spread]),
  }));
  return { steps, every: training.info.hist_every };
}

for (const backend of [scalarBackend, ...wasmBackends()]) {
  suite(`act_spread, computed by ${backend.name}`, () => {
    test("is 0 from where on all samples look alike, and 0 where nothing is left of them", async () => {
      const layers = [
        linear(8),
        { ...linear(8), init: "zeros", bias_init: "ones" },
        { ...linear(8), init: "zeros", bias_init: { type: "constant", val: -1 } },
        { type: "ReLU" },
        linear(1),
      ];
      const { steps } = await spreadsOf({ layers, train: { steps: 1, batch_size: 8 } }, backend);
      const [first, constant, negative, dead, head] = steps[0].spreads;
      assert.ok(first > 0.5 && first <= 1);
      assert.deepEqual([constant, negative, dead, head], [0, 0, 0, 0]);
    });

    test("is NaN for a batch of one sample: there is nothing to compare it with", async () => {
      const { steps } = await spreadsOf({ layers: [linear(2)], train: { steps: 1, batch_size: 1 } }, backend);
      assert.deepEqual(steps[0].spreads, [NaN]);
    });

    test("is NaN for the rest of an epoch that is one sample, whatever the step before had", async () => {
      const fields = { layers: [linear(2)], data: { type: "gaussian", samples: 9 } };
      const train = { steps: 3, batch_size: 8, drop_last: false };
      const { steps } = await spreadsOf({ ...fields, train }, backend, 1);
      const isNumber = steps.map(({ spreads }) => !Number.isNaN(spreads[0]));
      assert.deepEqual(isNumber, [true, false, true]);
    });

    test("is that of the last step that was sampled", async () => {
      const layers = [{ name: "block", repeat: 10, layers: [linear(16), { type: "ReLU" }] }];
      const train = { steps: 20, batch_size: 32 };
      const { steps, every } = await spreadsOf({ layers, train, optimizer: { type: "SGD", lr: 1 } }, backend);
      assert.ok(every > 1 && every < 20);
      steps.forEach(({ sampled, spreads }, i) => {
        assert.equal(sampled, i % every === 0);
        if (i === 0) return;
        if (sampled) assert.notDeepEqual(spreads, steps[i - 1].spreads);
        else assert.deepEqual(spreads, steps[i - 1].spreads);
      });
    });
  });
}
