import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { scalarBackend, type Backend } from "../../src/engine/runtime/backend.ts";
import { ACTIVATION_NAMES } from "../../src/engine/activations/index.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { UPDATE } from "../../src/protocol/sums.ts";
import { ops } from "../../src/engine/ops/index.ts";
import type { Op, Sample } from "../../src/engine/ops/op.ts";
import { differentiable, OpBench, sampleInputs } from "../support/gradcheck.ts";
import { directions } from "../support/random.ts";
import { wasmBackends } from "../support/wasm.ts";

const table = Object.entries(ops) as unknown as readonly (readonly [string, Op])[];

/** Shapes on which every path of the larger kernels is taken: more than one block, remainders in every direction. */
const larger: Readonly<Record<string, readonly Sample<unknown>[]>> = {
  linear: [
    { shapes: [[37, 401], [93, 401], [93]], attrs: null },
    { shapes: [[64, 64], [64, 64], [64]], attrs: null },
    {
      shapes: [
        [130, 17],
        [2051, 17],
      ],
      attrs: null,
    },
  ],
  batchNorm: [
    {
      shapes: [[33, 67], [67], [67], [67], [67]],
      attrs: { eps: 1e-5, momentum: 0.1, affine: true, tracked: true, evaluate: false },
      fixed: [3, 4],
    },
    {
      shapes: [[5, 3, 301], [3], [3]],
      attrs: { eps: 1e-5, momentum: 0.1, affine: true, tracked: false, evaluate: false },
    },
    // ε above any variance that may be drawn below 0
    {
      shapes: [[33, 67], [67], [67], [67], [67]],
      attrs: { eps: 2, momentum: 0.1, affine: true, tracked: true, evaluate: true },
      fixed: [3, 4],
    },
    {
      shapes: [[5, 3, 31], [3], [3]],
      attrs: { eps: 2, momentum: 0.1, affine: false, tracked: true, evaluate: true },
      fixed: [1, 2],
    },
    {
      shapes: [[1000, 21], [21], [21]],
      attrs: { eps: 1e-5, momentum: 0.1, affine: false, tracked: true, evaluate: false },
      fixed: [1, 2],
    },
  ],
  groupNorm: [
    { shapes: [[9, 517], [517], [517]], attrs: { batch: 9, groups: 1, channels: 517, eps: 1e-5 } },
    { shapes: [[8, 64], [64]], attrs: { batch: 8, groups: 1, channels: 64, eps: 1e-5 } },
    { shapes: [[17, 30], [30], [30]], attrs: { batch: 17, groups: 3, channels: 30, eps: 1e-5 } },
    { shapes: [[3, 8, 301], [8], [8]], attrs: { batch: 3, groups: 2, channels: 8, eps: 1e-5 } },
  ],
  rmsNorm: [
    { shapes: [[9, 517], [517]], attrs: { n: 517, eps: 1e-5 } },
    { shapes: [[16, 64]], attrs: { n: 64, eps: 1e-5 } },
  ],
  softmax: [{ shapes: [[7, 131]], attrs: null }],
  prelu: [
    { shapes: [[9, 67], [67]], attrs: null },
    { shapes: [[3, 5, 131], [5]], attrs: null },
    { shapes: [[9, 67], [1]], attrs: null },
  ],
  avgPool: [
    {
      shapes: [[2, 3, 19, 23]],
      attrs: {
        axes: [
          { kernel: 9, stride: 2, dilation: 1, before: 3, after: 3 },
          { kernel: 11, stride: 3, dilation: 1, before: 4, after: 4 },
        ],
        ceil: true,
        divisor: "inside",
      },
    },
  ],
  adaptiveAvgPool: [
    { shapes: [[2, 3, 19, 23]], attrs: { output: [1, 1] } },
    { shapes: [[2, 3, 19, 23]], attrs: { output: [4, 3] } },
  ],
  embedding: [{ shapes: [[40], [11, 37]], attrs: { padding: 3 }, ids: { input: 0, below: 11 } }],
  attention: [
    { shapes: [[2, 37, 72]], attrs: { heads: 3, causal: true, p: 0 } },
    { shapes: [[2, 37, 72]], attrs: { heads: 3, causal: false, p: 0 } },
  ],
};

/** Far below what a user can see, far above the last digits of f32 sums of a few hundred products. */
const TOLERANCE = 2e-5;

function assertSame(actual: Float64Array, expected: Float64Array, what: string): void {
  const scale = expected.reduce(
    (most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most),
    1e-30,
  );
  expected.forEach((x, i) => {
    const same = Object.is(actual[i], x) || Math.abs(actual[i] - x) <= TOLERANCE * scale;
    assert.ok(same, `${what}[${i}]: scalar ${x}, wasm ${actual[i]} (scale ${scale})`);
  });
}

for (const [variant, backend] of wasmBackends().entries()) {
  suite(`kernels in WebAssembly, build ${variant + 1}`, () => {
    for (const [name, op] of table) {
      for (const sample of [...op.samples, ...(larger[name] ?? [])]) {
        test(`${name} on ${JSON.stringify(sample.shapes)} gives what the scalar kernels give`, () =>
          compareOp(op, sample, backend));
      }
    }

    for (const name of ["batchNorm", "groupNorm", "rmsNorm"] as const) {
      for (const value of [NaN, Infinity, -Infinity, 1e-42]) {
        test(`${name} with one ${value} among the elements gives what the scalar kernels give`, () => {
          const op = ops[name] as unknown as Op;
          for (const sample of [...op.samples, ...(larger[name] ?? [])])
            compareOp(op, sample, backend, value);
        });
      }
    }

    test("every activation is within 4e-7 of the scalar one, its derivative within 1e-6, relative to the greater of argument, value and 1", () =>
      compareActivations(backend));

    test("a NaN stays one, ±∞ are not made finite where they are not so, and denormals do no harm", () =>
      compareEdges(backend));

    for (const n of [0, 1, 3, 4, 7, 8, 15, 255, 256, 257, 1000]) {
      test(`statistics of ${n} elements are those of the scalar kernels`, () =>
        compareStatistics(backend, n));
      test(`optimizers on ${n} elements make the step of the scalar kernels`, () =>
        compareOptimizers(backend, n));
    }

    test("sums of squares neither overflow nor vanish where f32 would", () => {
      const { k, floats, doubles } = machineOf(backend, 1000);
      for (const value of [1e-30, 1e-25, 1e25, 3e37]) {
        floats.fill(value, 0, 999);
        const x = floats[0];
        k.sumSquares(999, 0, 0);
        assert.ok(Math.abs(doubles[0] / (999 * x * x) - 1) < 1e-6, `${value}: ${doubles[0]}`);
        k.summary(999, 0, 10);
        assert.ok(Math.abs(doubles[11] / (999 * x * x) - 1) < 1e-6, `${value}: ${doubles[11]}`);
        assert.equal(doubles[13], 0);
      }
    });

    test("nor do those of the weights that optimizers leave, and the next step begins with", () => {
      const { k, floats, doubles } = machineOf(backend, 10_000);
      for (const value of [1e-30, 1e-25, 1e25, 3e37]) {
        for (const [i, { calls }] of optimizers.entries()) {
          for (const call of calls) {
            floats.fill(0).fill(value, 0, 999);
            doubles.fill(0).set([...CLIPPINGS[0], ...STAYS[i]]);
            call(k, 999);
            const sum = doubles[50 + UPDATE.indexOf("squares")];
            assert.ok(Math.abs(sum / (999 * floats[0] ** 2) - 1) < 1e-6, `optimizer ${i}, ${value}: ${sum}`);
          }
        }
      }
    });
  });
}

/** `spoilt` takes the place of the last element of the first input. */
function compareOp(op: Op, sample: Sample<unknown>, backend: Backend, spoilt?: number): void {
  const inputs = sampleInputs(sample, 5);
  if (spoilt !== undefined) inputs[0][inputs[0].length - 1] = spoilt;
  const wanted = inputs.map((_, i) => differentiable(sample, i));
  const [ours, reference] = [backend, scalarBackend].map((each) => {
    const bench = new OpBench(op, sample, each);
    bench.inputs.forEach((input, i) => bench.set(input, inputs[i]));
    const out = bench.forward();
    const buffers = bench.inputs.map((input) => bench.get(input));
    const dOut = Float64Array.from({ length: out.length }, directions(9));
    return { out, buffers, gradients: op.identityGradient ? [] : bench.backward(dOut, wanted) };
  });
  assertSame(ours.out, reference.out, "out");
  reference.buffers.forEach((buffer, i) => assertSame(ours.buffers[i], buffer, `input ${i} afterwards`));
  reference.gradients.forEach((gradient, i) => {
    if (gradient) assertSame(ours.gradients[i] ?? new Float64Array(), gradient, `gradient of input ${i}`);
  });
}

interface Machine {
  readonly k: Kernels;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
}

function machineOf(backend: Backend, floats: number): Machine {
  const memory = backend.memory(floats, 200);
  return {
    k: backend.kernels(memory, () => 0),
    floats: memory.floats as Float32Array,
    doubles: memory.doubles,
  };
}

/** f and f′ of x, for each activation. */
function activationsOf(backend: Backend, x: readonly number[]) {
  const n = x.length;
  const { k, floats } = machineOf(backend, 4 * n);
  const parameters: Readonly<Record<string, readonly [number, number]>> = {
    leakyRelu: [0.01, 0],
    elu: [1.3, 0.7],
    softplus: [1.5, 20],
    hardtanh: [-1, 1],
  };
  return ACTIVATION_NAMES.map((name, kind) => {
    const [alpha, beta] = parameters[name] ?? [0, 0];
    floats.set(x, 0);
    floats.fill(1, 2 * n, 3 * n);
    k.activation(kind, n, 0, n, alpha, beta);
    k.activationGrad(kind, n, 0, n, 2 * n, 3 * n, alpha, beta);
    return { name, y: floats.slice(n, 2 * n), slope: floats.slice(3 * n, 4 * n) };
  });
}

function compareActivations(backend: Backend): void {
  const x = Array.from({ length: 4001 }, (_, i) => (i - 2000) / 60);
  const reference = activationsOf(scalarBackend, x);
  activationsOf(backend, x).forEach(({ name, y, slope }, kind) => {
    for (const [what, bound, ours, theirs] of [
      ["f", 4e-7, y, reference[kind].y],
      ["f′", 1e-6, slope, reference[kind].slope],
    ] as const) {
      theirs.forEach((value, i) => {
        const error = Math.abs(ours[i] - value);
        const allowed = bound * Math.max(Math.abs(value), Math.abs(x[i]), 1);
        assert.ok(error <= allowed, `${name} ${what}(${x[i]}): scalar ${value}, wasm ${ours[i]}`);
      });
    }
  });
}

function compareEdges(backend: Backend): void {
  const x = [NaN, Infinity, -Infinity, 1e-42, -1e-42, 0, 3e38, -3e38, NaN];
  const reference = activationsOf(scalarBackend, x);
  activationsOf(backend, x).forEach(({ name, y }, kind) => {
    reference[kind].y.forEach((value, i) => {
      const close = Math.abs(y[i] - value) <= 1e-6 * Math.max(1, Math.abs(value));
      const broken = Number.isNaN(x[i]) ? Number.isNaN(y[i]) : !Number.isFinite(y[i]);
      assert.ok(Number.isFinite(value) ? close : broken, `${name}(${x[i]}): scalar ${value}, wasm ${y[i]}`);
    });
  });
}

const near = (actual: number, expected: number, scale: number, what: string): void =>
  assert.ok(
    Object.is(actual, expected) || Math.abs(actual - expected) <= 1e-5 * Math.max(Math.abs(expected), scale),
    `${what}: scalar ${expected}, wasm ${actual}`,
  );

function compareStatistics(backend: Backend, n: number): void {
  const random = directions(n + 1);
  const plain = Array.from({ length: n }, (_, i) => (i % 5 === 3 ? 0 : random() * 10 ** (i % 7)));
  const broken = plain.map((x, i) => (i === n - 1 ? NaN : i === 2 ? -Infinity : x));
  for (const values of [plain, broken]) {
    const [ours, reference] = [backend, scalarBackend].map((each) => {
      const { k, floats, doubles } = machineOf(each, n + 64);
      floats.fill(7); // what lies behind the range must not count
      floats.set(values);
      k.summary(n, 0, 0);
      k.moments(n, 0, 20);
      k.sumSquares(n, 0, 10);
      k.outside(n, 0, -0.3, 0.1, 11);
      k.histogram(n, 0, 100);
      return doubles;
    });
    const size = Math.sqrt(reference[1]) * Math.sqrt(n);
    reference.forEach((value, i) => near(ours[i], value, i % 20 === 0 && i < 100 ? size : 0, `figure ${i}`));
  }
}

/** What each optimizer reads after `scale` and `limit`, and its calls on θ at 0, the gradient at 2000 and states from 4000 on. */
const optimizers: readonly {
  readonly hyper: readonly number[];
  readonly calls: readonly ((k: Kernels, n: number) => void)[];
  readonly endsInfinite?: true;
}[] = [
  // lr, momentum, dampening, decay, nesterov
  {
    hyper: [0.1, 0.9, 0.2, 0.01, 0],
    calls: [(k, n) => k.sgd(n, 0, 2000, -1, 0, 50), (k, n) => k.sgd(n, 0, 2000, 4000, 0, 50)],
  },
  { hyper: [0.1, 0.9, 0, 0, 1], calls: [(k, n) => k.sgd(n, 0, 2000, 4000, 0, 50)] },
  // lr/(1 − β₁ᵗ), β₁, β₂, ε, decay, √(1 − β₂ᵗ), decay factor
  {
    hyper: [0.01, 0.9, 0.999, 1e-8, 0.01, 0.03, 0.99],
    calls: [
      (k, n) => k.adam(n, 0, 2000, 4000, 6000, -1, 0, 50),
      (k, n) => k.adam(n, 0, 2000, 4000, 6000, 8000, 0, 50),
    ],
  },
  // lr, α, ε, decay, momentum
  {
    hyper: [0.01, 0.9, 1e-8, 0.01, 0.9],
    calls: [
      (k, n) => k.rmsprop(n, 0, 2000, 4000, -1, -1, 0, 50),
      (k, n) => k.rmsprop(n, 0, 2000, 4000, 6000, -1, 0, 50),
      (k, n) => k.rmsprop(n, 0, 2000, 4000, 6000, 8000, 0, 50),
    ],
  },
  // lr, ε, decay
  { hyper: [0.1, 1e-10, 0.01], calls: [(k, n) => k.adagrad(n, 0, 2000, 4000, 0, 50)] },
  // Without decay, which has loops of its own. A weight that has become infinite ends a run: 0 · ∞ is not looked at.
  {
    endsInfinite: true,
    hyper: [0.1, 0.9, 0.2, 0, 0],
    calls: [(k, n) => k.sgd(n, 0, 2000, -1, 0, 50), (k, n) => k.sgd(n, 0, 2000, 4000, 0, 50)],
  },
  {
    endsInfinite: true,
    hyper: [0.01, 0.9, 0.999, 1e-8, 0, 0.03, 1],
    calls: [(k, n) => k.adam(n, 0, 2000, 4000, 6000, -1, 0, 50)],
  },
];

/** For each of them, with which a gradient of 0 changes no weight. */
const STAYS = [
  [0.1, 0.9, 0, 0, 0],
  [0.1, 0.9, 0, 0, 1],
  [0.01, 0.9, 0.999, 1e-8, 0, 0.03, 1],
  [0.01, 0.9, 1e-8, 0, 0.9],
  [0.1, 1e-10, 0],
  [0.1, 0.9, 0, 0, 0],
  [0.01, 0.9, 0.999, 1e-8, 0, 0.03, 1],
] as const;

/** scale, limit */
const CLIPPINGS = [
  [1, Infinity],
  [0.7, Infinity],
  [0.7, 0.5],
] as const;

function compareOptimizers(backend: Backend, n: number): void {
  const machines = [backend, scalarBackend].map((each) => machineOf(each, 10_000));
  for (const [i, { hyper, calls, endsInfinite }] of optimizers.entries()) {
    for (const [j, call] of calls.entries()) {
      for (const clipping of CLIPPINGS) {
        for (const gradients of [[], [NaN, Infinity, -Infinity, 1e-42]]) {
          const [ours, reference] = machines.map(({ k, floats, doubles }) => {
            const random = directions(3);
            floats.fill(0);
            for (let at = 0; at < 4000; at++) floats[at] = random();
            floats.set(gradients, 2000);
            doubles.set([...clipping, ...hyper]);
            const steps = endsInfinite && gradients.length > 0 ? 1 : 3;
            for (let t = 0; t < steps; t++) call(k, n);
            return { floats: Float64Array.from(floats), sums: doubles.slice(50, 50 + UPDATE.length) };
          });
          const what = `optimizer ${i}, call ${j}, clipping ${clipping.join()}`;
          assertSame(ours.floats, reference.floats, what);
          for (const [j, sum] of UPDATE.entries())
            near(ours.sums[j], reference.sums[j], 1e-12, `${sum} of ${what}`);
        }
      }
    }
  }
}
