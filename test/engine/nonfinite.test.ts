import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Backend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import { layer } from "../../src/engine/layers/layer.ts";
import type { NonFinite } from "../../src/engine/statistics/firstNonFinite.ts";
import { op } from "../../src/engine/ops/op.ts";
import { Generator } from "../../src/engine/rng/generator.ts";
import { torchCall } from "../../src/engine/torch.ts";
import { type Outcome, Training } from "../../src/engine/training/training.ts";
import { parse } from "../../src/model/parse.ts";
import { standard } from "../../src/model/tables.ts";
import { COLUMN, copyFrame, type Frame, STATS } from "../../src/protocol/frame.ts";
import { dataRequirementsOf } from "../../src/engine/graph/dataRequirements.ts";
import { loadData } from "../../src/worker/loadData.ts";
import { withLayers } from "../support/models.ts";
import { wasmBackends } from "../support/wasm.ts";

/** y = x, with a derivative of ∞ everywhere, as √x has at 0. */
const vertical = op<null>({
  name: "vertical",
  shape: ([x]) => x,
  forward: (k, { inputs: [x], out }) => k.copyRows(1, x.size, x.at, x.size, out.at, x.size),
  backward(k, { dInputs: [dx] }) {
    if (dx) k.fill(dx.size, dx.at, Infinity);
  },
  samples: [],
});

const tables = {
  ...standard,
  layers: {
    ...standard.layers,
    Vertical: layer({
      doc: "Made up for a test.",
      group: "activation",
      params: {},
      shape: (_, input) => input,
      forward: (graph, _params, _weights, x) => graph.apply(vertical, [x], null),
      torch: () => torchCall("nn.Identity"),
    }),
  },
};

const linear = (fields = "", outputs = 4) => `{ "type": "Linear", "out_features": ${outputs}, ${fields} }`;
const constant = (value: number) => `"bias": false, "init": { "type": "constant", "val": ${value} }`;
const residual = (...layers: string[]) =>
  `{ "type": "Residual", "name": "res", "layers": [${layers.join()}] }`;
const steep = '{ "type": "Vertical" }';

interface Case {
  readonly name: string;
  readonly layers: readonly string[];
  readonly fields?: Readonly<Record<string, string>>;
  readonly weights?: ReadonlyMap<string, Float32Array>;
  readonly found: NonFinite;
  /** What computed it; absent: nothing has. */
  readonly op?: string;
}

const sgd = (lr: number) => `{ "type": "SGD", "lr": ${lr} }`;

const cases: readonly Case[] = [
  {
    name: "an activation that overflows: 10³⁰ squared",
    layers: [linear(constant(1)), linear(constant(1e30)), linear(constant(1e30)), linear()],
    found: { layer: "2", where: "activation" },
    op: "linear",
  },
  {
    name: "an activation inside a block comes before that of the block",
    layers: [linear(constant(1e30)), residual(linear(constant(1e30)), linear(constant(1)))],
    found: { layer: "res.0", where: "activation" },
    op: "linear",
  },
  {
    name: "an activation of a block alone: two finite branches whose sum overflows",
    layers: [linear(constant(2e38), 1), residual('{ "type": "Identity" }')],
    // One sample near 1, so that both branches are near 2·10³⁸: the largest float is 3.4·10³⁸.
    fields: {
      input: "[1]",
      data: '{ "type": "gaussian", "samples": 1 }',
      train: '{ "batch_size": 1, "seed": 0 }',
    },
    found: { layer: "res", where: "activation" },
    op: "add",
  },
  {
    name: "a loss of finite outputs: the logarithm of a negative probability",
    layers: [linear(constant(-1), 1), '{ "type": "Softplus" }', linear(constant(-1), 1)],
    fields: { loss: '"BCELoss"', input: "[2]", data: '"two_moons"' },
    found: { layer: "loss", where: "activation" },
    op: "BCELoss",
  },
  {
    name: "a loss of finite outputs: 10²⁰ squared, which no float holds",
    layers: [linear(constant(1e20), 1)],
    found: { layer: "loss", where: "activation" },
    op: "MSELoss",
  },
  {
    name: "a gradient that overflows: 10¹⁵ as error, times a weight of 10²⁵",
    layers: [linear(constant(1e-10)), linear(constant(1e25)), '{ "type": "Identity" }'],
    found: { layer: "1", where: "gradient" },
    op: "linear",
  },
  {
    name: "a gradient of a finite forward pass: an infinite derivative",
    layers: [linear(), steep, linear()],
    found: { layer: "1", where: "gradient" },
    op: "vertical",
  },
  {
    name: "a gradient that breaks inside a block, not at its edge",
    layers: [linear(), residual(linear(), steep, linear()), linear()],
    found: { layer: "res.1", where: "gradient" },
    op: "vertical",
  },
  {
    name: "a gradient that breaks in the shortcut of a block",
    layers: [
      linear(),
      `{ "type": "Residual", "name": "res", "layers": [${linear()}], "shortcut": [${steep}] }`,
      linear(),
    ],
    found: { layer: "res.shortcut.0", where: "gradient" },
    op: "vertical",
  },
  {
    name: "a gradient that breaks in a block of a block",
    layers: [linear(), residual(linear(), residual(steep, linear()), linear()), linear()],
    found: { layer: "res.res.0", where: "gradient" },
    op: "vertical",
  },
  {
    name: "a gradient of weights alone: 10³⁰ in, times 10¹⁰ as error",
    layers: [linear(constant(1e30)), linear(constant(1e-20))],
    found: { layer: "1", where: "gradient" },
    op: "linear",
  },
  {
    name: "weights that overflow in the update, while their gradients are finite",
    layers: [linear(`"bias": false`), linear(constant(1e-20))],
    // The first layer's gradient carries the factor 10⁻²⁰ of the second one's weights.
    fields: { optimizer: sgd(3e38), data: '{ "type": "blobs" }', loss: '"CrossEntropyLoss"' },
    found: { layer: "1", where: "weight" },
    op: "SGD",
  },
  {
    name: "weights that the run begins with",
    layers: [linear(), linear(), linear()],
    weights: new Map([["1.weight", new Float32Array(16).fill(NaN)]]),
    found: { layer: "1", where: "weight" },
  },
];

interface Model extends Omit<Case, "name" | "found" | "op"> {
  readonly backend?: Backend;
}

async function train({ layers, fields, weights, backend = scalarBackend }: Model): Promise<Run> {
  const { models, problems } = parse(withLayers(layers.join(), fields), tables);
  const { spec } = models[0];
  assert.ok(spec, problems[0]?.message);
  const random = new Generator(spec.train.seed);
  const dataset = await loadData(spec.data, { file: "", root: "" }, dataRequirementsOf(spec), random);
  const options = { backend, table: tables.layers, ...(weights && { weights }) };
  return run(new Training(spec, dataset, random, options).steps());
}

interface Run {
  readonly frames: readonly Frame[];
  readonly found: Outcome;
}

function run(steps: Iterator<Frame, Outcome>): Run {
  const frames: Frame[] = [];
  for (;;) {
    const next = steps.next();
    if (next.done) return { frames, found: next.value };
    frames.push(copyFrame(next.value));
  }
}

/** Whether every figure of a step is finite; NaN is what a row has not. */
const whole = ({ loss, grad_norm, values }: Frame): boolean =>
  Number.isFinite(loss) &&
  Number.isFinite(grad_norm) &&
  values.every((value, i) => Math.abs(value) !== Infinity && !(COUNTS.has(i % STATS.length) && value > 0));

const COUNTS = new Set([COLUMN.grad_nonfinite, COLUMN.act_nonfinite]);

for (const backend of [scalarBackend, ...wasmBackends()]) {
  suite(`what is not finite is found where it appeared first, by ${backend.name}`, () => {
    for (const { name, found, op, ...model } of cases) {
      test(name, async () => {
        const result = await train({ ...model, backend });
        assert.ok(result.found);
        const { layer, where, op: cause, inputs } = result.found;
        assert.deepEqual({ layer, where }, found);
        assert.equal(cause, op);
        if (op) assert.ok(inputs && Number.isFinite(inputs.min) && inputs.min <= inputs.max);
        assert.equal(result.frames.length, 1);
      });
    }

    test("at the step at which it appeared, not before: every step overshoots further than the last", async () => {
      const fields = { optimizer: sgd(10), train: '{ "steps": 200 }' };
      const { frames, found } = await train({ layers: [linear("", 8), linear()], fields, backend });
      assert.ok(found);
      assert.ok(frames.length > 3 && frames.length < 200, `${frames.length} steps`);
      assert.ok(frames.slice(0, -1).every(whole));
    });

    test("not in weights that have moved far, but to finite numbers: 10²², whose square is no float", async () => {
      // The outputs of the second step are then as large, and their squares no floats either.
      const fields = { optimizer: sgd(1e22), train: '{ "steps": 3 }' };
      const { frames, found } = await train({ layers: [linear("", 1)], fields, backend });
      assert.deepEqual([found?.layer, found?.where, found?.op], ["loss", "activation", "MSELoss"]);
      assert.equal(frames.length, 2);
      assert.ok(whole(frames[0]));
      assert.ok(frames[0].values[COLUMN.update_ratio] > 1e19);
    });

    test("the numbers that it was computed from are those of the very step, hundreds of steps after the start", async () => {
      // One output of one sample: its mean in the frame is all that the loss is computed from.
      const layers = [linear("", 6), '{ "type": "Dropout", "p": 0.3 }', linear("", 1)];
      const fields = {
        optimizer: '{ "type": "SGD", "lr": 1e-4, "momentum": 0.9 }',
        lr_scheduler: '{ "type": "ExponentialLR", "gamma": 1.015 }',
        train: '{ "steps": 5000, "batch_size": 1, "seed": 3 }',
      };
      const { frames, found } = await train({ layers, fields, backend });
      assert.ok(frames.length > 300, `${frames.length} steps`);
      assert.deepEqual([found?.layer, found?.op], ["loss", "MSELoss"]);
      const output = frames[frames.length - 1].values.at(COLUMN.act_mean - STATS.length);
      assert.deepEqual(found?.inputs, { min: output, max: output });
    });

    test("nothing where all numbers are large, but finite", async () => {
      // 10²⁹ forward, and as gradient of the second layer's weights: their squares are no floats
      const layers = [linear(constant(1e28)), linear(constant(1e-26))];
      const fields = { optimizer: sgd(1e-60), train: '{ "steps": 3 }' };
      const { frames, found } = await train({ layers, fields, backend });
      assert.equal(found, undefined);
      assert.equal(frames.length, 3);
      assert.ok(frames.every(whole));
      assert.ok(frames[0].grad_norm > 1e27);
    });

    test("nothing in a healthy run of every kind of row", async () => {
      const layers = [
        linear(),
        residual('{ "type": "BatchNorm1d" }', '{ "type": "ReLU" }', linear()),
        '{ "type": "Dropout" }',
        '{ "type": "Identity" }',
        linear(),
      ];
      const { frames, found } = await train({ layers, fields: { train: '{ "steps": 100 }' }, backend });
      assert.equal(found, undefined);
      assert.equal(frames.length, 100);
      assert.ok(frames.every(whole));
    });
  });
}
