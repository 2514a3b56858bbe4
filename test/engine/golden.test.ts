import { suite, test } from "node:test";
import { clipCoefficient, summedNorm, totalNorm } from "../../src/engine/training/clipping.ts";
import { activations, type ActivationName } from "../../src/engine/activations/index.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { scalar } from "../../src/engine/kernels/scalar.ts";
import { losses } from "../../src/engine/losses/index.ts";
import type { Op } from "../../src/engine/ops/op.ts";
import { linear } from "../../src/engine/ops/linear.ts";
import { batchNorm, groupNorm } from "../../src/engine/ops/norms.ts";
import { optimizers } from "../../src/engine/optimizers/index.ts";
import type { OptimizerType } from "../../src/engine/optimizers/optimizer.ts";
import { type SchedulerType, schedulers } from "../../src/engine/schedulers/index.ts";
import type { Selection, Params } from "../../src/engine/params.ts";
import { assertClose, fill, reference } from "../support/golden.ts";
import { OpBench } from "../support/gradcheck.ts";

type Values = readonly number[];

/** A row's params with their defaults, and some set. */
const withDefaults = (params: Params, set: Record<string, unknown> = {}): Selection["params"] => ({
  ...Object.fromEntries(Object.entries(params).map(([name, { fallback }]) => [name, fallback as unknown])),
  ...set,
});

suite("values from PyTorch in float64", () => {
  test("activations and their derivatives", () => {
    const table = reference["activations"] as Record<string, { y: Values; dy: Values }> & { x: Values };
    const names: Record<string, readonly [ActivationName, number?, number?]> = {
      sigmoid: ["sigmoid"],
      tanh: ["tanh"],
      relu: ["relu"],
      leaky_relu_0_01: ["leakyRelu", 0.01],
      elu: ["elu", 1, 1],
      selu: ["selu"],
      gelu_erf: ["gelu"],
      gelu_tanh: ["geluTanh"],
      silu: ["silu"],
      mish: ["mish"],
      softplus: ["softplus", 1, 20],
      hardswish: ["hardswish"],
      hardtanh: ["hardtanh", -1, 1],
      relu6: ["hardtanh", 0, 6],
    };
    for (const [name, [kernel, alpha = 0, beta = 0]] of Object.entries(names)) {
      const { f, df } = activations[kernel];
      const y = table.x.map((x) => f(x, alpha, beta));
      assertClose(y, table[name].y, name);
      assertClose(
        table.x.map((x, i) => df(x, y[i], alpha, beta)),
        table[name].dy,
        `${name}'`,
      );
    }
  });

  type LayerValues = { out: Values; dx: Values; dparams: Record<string, Values> };

  const layer = <A>(name: string, op: Op<A>, shapes: readonly (readonly number[])[], attrs: A): void =>
    void test(name, () => {
      const expected = reference[name] as LayerValues & Record<string, Values>;
      const bench = new OpBench(op, { shapes, attrs });
      const parameters = shapes.slice(1, 3);
      bench.set(bench.inputs[0], fill(bench.inputs[0].size));
      parameters.forEach((_, i) =>
        bench.set(bench.inputs[1 + i], fill(bench.inputs[1 + i].size, 0.5, 0.1 + 0.2 * i)),
      );
      bench.inputs.slice(3).forEach((buffer, i) => bench.set(buffer, new Float64Array(buffer.size).fill(i)));
      assertClose(bench.forward(), expected.out, "out");
      if (shapes.length > 3) {
        assertClose(bench.get(bench.inputs[3]), expected["running_mean_after1"], "running_mean");
        assertClose(bench.get(bench.inputs[4]), expected["running_var_after1"], "running_var");
        const trained = bench.inputs.map((input) => bench.get(input));
        const evaluated = new OpBench(op, { shapes, attrs: { ...attrs, evaluate: true } });
        evaluated.inputs.forEach((input, i) => evaluated.set(input, trained[i]));
        assertClose(evaluated.forward(), expected["eval_out"], "eval_out");
      }
      const gradients = bench.backward(
        fill(bench.out.size, 1, 1.1),
        shapes.map((_, i) => i < 3),
      );
      assertClose(gradients[0] ?? [], expected.dx, "dx");
      assertClose(gradients[1] ?? [], expected.dparams["weight"], "dweight");
      assertClose(gradients[2] ?? [], expected.dparams["bias"], "dbias");
    });

  layer("linear", linear, [[4, 3], [2, 3], [2]], null);
  layer("layernorm", groupNorm, [[3, 5], [5], [5]], { batch: 3, groups: 1, channels: 5, eps: 1e-5 });
  layer("batchnorm1d", batchNorm, [[4, 3], [3], [3], [3], [3]], {
    eps: 1e-5,
    momentum: 0.1,
    affine: true,
    tracked: true,
    evaluate: false,
  });

  const lossCases = {
    cross_entropy_mean: {
      type: "CrossEntropyLoss",
      x: fill(12),
      shape: [3, 4],
      t: [1, 3, 0],
      set: {},
      key: "dlogits",
    },
    "cross_entropy_label_smoothing_0.1": {
      type: "CrossEntropyLoss",
      x: fill(12),
      shape: [3, 4],
      t: [1, 3, 0],
      set: { label_smoothing: 0.1 },
      key: "dlogits",
    },
    bce_with_logits_mean: {
      type: "BCEWithLogitsLoss",
      x: fill(5),
      shape: [5, 1],
      t: [0, 1, 1, 0, 1],
      set: {},
      key: "dz",
    },
    mse_mean: { type: "MSELoss", x: fill(5, 3), shape: [5, 1], t: [0, 0, 0, 0, 0], set: {}, key: "dx" },
    l1_mean: { type: "L1Loss", x: fill(5, 3), shape: [5, 1], t: [0, 0, 0, 0, 0], set: {}, key: "dx" },
    huber_mean: { type: "HuberLoss", x: fill(5, 3), shape: [5, 1], t: [0, 0, 0, 0, 0], set: {}, key: "dx" },
    smooth_l1_mean: {
      type: "SmoothL1Loss",
      x: fill(5, 3),
      shape: [5, 1],
      t: [0, 0, 0, 0, 0],
      set: {},
      key: "dx",
    },
  } as const;

  for (const [name, { type, x, shape, t, set, key }] of Object.entries(lossCases)) {
    test(`loss ${name}`, () => {
      const expected = reference[name] as Record<string, Values> & { loss: number };
      const { floats, doubles, k } = kernelsOver(100);
      floats.set(x, 0);
      floats.set(t, 20);
      const row = losses[type];
      row.record(
        k,
        { x: { at: 0, shape, size: x.length }, batch: shape[0], target: 20, dx: 40, out: 0 },
        withDefaults(row.params, set),
      );
      assertClose(doubles[0], expected.loss, "loss");
      assertClose(floats.slice(40, 40 + x.length), expected[key], key);
    });
  }

  const optimizerCases: Record<string, readonly [keyof typeof optimizers, Record<string, unknown>]> = {
    "sgd lr.1": ["SGD", {}],
    "sgd lr.1 mom.9": ["SGD", { momentum: 0.9 }],
    "sgd lr.1 mom.9 damp.5": ["SGD", { momentum: 0.9, dampening: 0.5 }],
    "sgd lr.1 mom.9 nesterov wd.01": ["SGD", { momentum: 0.9, nesterov: true, weight_decay: 0.01 }],
    "adam lr.1": ["Adam", {}],
    "adam lr.1 wd.01": ["Adam", { weight_decay: 0.01 }],
    "adam amsgrad lr.1": ["Adam", { amsgrad: true }],
    "adamw lr.1 wd.01": ["AdamW", { weight_decay: 0.01 }],
    "rmsprop lr.1": ["RMSprop", {}],
    "rmsprop centered mom.9 lr.1": ["RMSprop", { centered: true, momentum: 0.9 }],
    "adagrad lr.1": ["Adagrad", {}],
  };

  for (const [name, [type, set]] of Object.entries(optimizerCases)) {
    test(`optimizer ${name}`, () => {
      const title = "optimizers: p0=[1,-2,.5], grad_k = sin([0,1,2]+k)+0.1*p, k=0..4; params after each step";
      const expected = (reference[title] as Record<string, readonly Values[]>)[name];
      const row: OptimizerType = optimizers[type];
      const params = withDefaults(row.params, set);
      const { floats, doubles, k } = kernelsOver(100);
      floats.set([1, -2, 0.5]);
      const state = row.state(params).map((_, i) => 6 + 3 * i);
      for (let step = 1; step <= expected.length; step++) {
        for (let i = 0; i < 3; i++) floats[3 + i] = Math.sin(i + step - 1) + 0.1 * floats[i];
        doubles.set([1, Infinity]);
        row.hyper(params, { lr: 0.1, step }, doubles, 2);
        const before = floats.slice(0, 3);
        row.record(k, { n: 3, theta: 0, grad: 3, state, hyper: 0, out: 20 }, params);
        assertClose(floats.slice(0, 3), expected[step - 1], `step ${step}`);
        assertClose(
          doubles[20],
          before.reduce((sum, p, i) => sum + (floats[i] - p) ** 2, 0),
          "squared change",
        );
      }
    });
  }

  const schedulerCases: Record<string, readonly [keyof typeof schedulers, Record<string, unknown>]> = {
    "StepLR(3,.5)": ["StepLR", { step_size: 3, gamma: 0.5 }],
    "ExponentialLR(.9)": ["ExponentialLR", { gamma: 0.9 }],
    "CosineAnnealingLR(10,eta_min=.01)": ["CosineAnnealingLR", { T_max: 10, eta_min: 0.01 }],
    "LinearLR(.1,1,5)": ["LinearLR", { start_factor: 0.1, total_iters: 5 }],
    "OneCycleLR(max=1,total=12)": ["OneCycleLR", { max_lr: 1, total_steps: 12 }],
  };

  for (const [name, [type, set]] of Object.entries(schedulerCases)) {
    test(`schedule ${name}`, () => {
      const expected = (reference["schedulers base lr 1.0, lr at epoch 0..11"] as Record<string, Values>)[
        name
      ];
      const row: SchedulerType = schedulers[type];
      const params = withDefaults(row.params, set);
      const context = { base_lr: 1, steps: 12, momentum: true };
      assertClose(
        expected.map((_, t) => row.lr(params, context, t)),
        expected,
        name,
      );
    });
  }

  test("clip_grad_norm_ of [3, −4] and [12] to 1, in four norms", () => {
    const cases = reference["clip_grad_norm_(max_norm=1) grads [3,-4],[12]"] as Record<
      string,
      { total_norm: number; clipped: readonly Values[] }
    >;
    const { floats, doubles, k } = kernelsOver(10);
    floats.set([3, -4, 12]);
    k.summary(2, 0, 0);
    k.summary(1, 2, 6);
    const layers = [0, 6].map((gradient) => ({ parameters: { gradient } }));
    const blocks = [
      { grad: 0, size: 2 },
      { grad: 2, size: 1 },
    ];
    for (const [p, { total_norm, clipped }] of Object.entries(cases)) {
      const norm = p === "inf" ? Infinity : Number(p);
      const total =
        norm === 2 || norm === Infinity
          ? totalNorm(layers, doubles, norm)
          : summedNorm(k, doubles, blocks, norm, 20);
      assertClose(total, total_norm, `norm ${p}`);
      const coefficient = clipCoefficient(1, total);
      assertClose(
        [3, -4, 12].map((g) => g * coefficient),
        clipped,
        `clipped ${p}`,
      );
    }
  });

  test("one ∞ among the gradients clips it to NaN and the others to 0; one NaN clips all to NaN", () => {
    assertClose(
      [3, -4].map((g) => g * clipCoefficient(1, Infinity)),
      [0, -0],
      "others",
    );
    const nan =
      Number.isNaN(Infinity * clipCoefficient(1, Infinity)) && Number.isNaN(3 * clipCoefficient(1, NaN));
    assertClose(nan ? 1 : 0, 1, "NaN");
  });
});

function kernelsOver(floats: number): { floats: Float64Array; doubles: Float64Array; k: Kernels } {
  const memory = { floats: new Float64Array(floats), doubles: new Float64Array(100) };
  return { ...memory, k: scalar(memory, () => 0) };
}
