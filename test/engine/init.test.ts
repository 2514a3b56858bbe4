import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  attentionDefault,
  biasDefault,
  BIAS_INITS,
  calculateGain,
  constantDefault,
  discardedDefault,
  embeddingDefault,
  fans,
  initAliases,
  initNamed,
  inits,
  onesDefault,
  recurrentDefault,
  weightDefault,
  zerosDefault,
  type InitName,
} from "../../src/engine/init/index.ts";
import type { WeightSpec } from "../../src/engine/layers/layer.ts";
import { Generator } from "../../src/engine/rng/generator.ts";
import { sizeOf, type Shape } from "../../src/engine/tensor.ts";
import reference from "../reference/seeds.json" with { type: "json" };

type Fill = WeightSpec["fill"];
type Arguments = Readonly<Record<string, unknown>>;

const SEED = 7;

/** The arguments with PyTorch's defaults for those that are absent. */
function complete(name: InitName, given: Arguments): Arguments {
  const all = Object.entries(inits[name].params).map(([key, param]): [string, unknown] => {
    if (!(key in given)) return [key, param.fallback as unknown];
    const read = param.read(given[key]);
    assert.ok("value" in read, `${name} refuses ${key}`);
    return [key, read.value];
  });
  return Object.fromEntries(all);
}

function drawn(
  name: InitName,
  shape: Shape,
  given: Arguments = {},
  generator = new Generator(SEED),
): number[] {
  const out = new Float32Array(sizeOf(shape)).fill(NaN);
  inits[name].fill(generator, out, shape, complete(name, given));
  return [...out];
}

const refusal = (name: InitName, shape: Shape, given: Arguments = {}): string | undefined =>
  inits[name].refuses?.(shape, complete(name, given));

const SQRT5 = Math.sqrt(5);

/** What each entry of the reference calls. */
const CALLS: Readonly<Record<keyof (typeof reference)["init, seed 7"], [InitName, Arguments]>> = {
  xavier_uniform_: ["xavier_uniform", {}],
  xavier_normal_: ["xavier_normal", {}],
  "xavier_uniform_(gain=5/3)": ["xavier_uniform", { gain: "tanh" }],
  kaiming_uniform_: ["kaiming_uniform", {}],
  kaiming_normal_: ["kaiming_normal", {}],
  "kaiming_normal_(mode='fan_out', nonlinearity='relu')": [
    "kaiming_normal",
    { mode: "fan_out", nonlinearity: "relu" },
  ],
  "kaiming_uniform_(a=sqrt 5)": ["kaiming_uniform", { a: SQRT5 }],
  "trunc_normal_(std=0.3)": ["trunc_normal", { std: 0.3 }],
  "trunc_normal_(std=2)": ["trunc_normal", { std: 2 }],
  orthogonal_: ["orthogonal", {}],
  "orthogonal_(gain=2)": ["orthogonal", { gain: 2 }],
  eye_: ["eye", {}],
  dirac_: ["dirac", {}],
  "sparse_(0.4)": ["sparse", { sparsity: 0.4 }],
};

// PyTorch's QR is LAPACK's in single precision, ours in double.
const ORTHOGONAL_TOLERANCE = 1e-5;

function checkValues(name: InitName, actual: readonly number[], expected: readonly number[]): void {
  if (name !== "orthogonal") {
    assert.deepEqual(actual, expected);
    return;
  }
  assert.equal(actual.length, expected.length);
  const worst = Math.max(...actual.map((x, i) => Math.abs(x - (expected[i] ?? NaN))));
  assert.ok(worst <= ORTHOGONAL_TOLERANCE, `off by ${worst}`);
}

suite("initialisers give what torch.nn.init gives", () => {
  for (const [call, [name, given]] of Object.entries(CALLS)) {
    const byShape: Readonly<Record<string, number[] | { error: string }>> =
      reference["init, seed 7"][call as keyof typeof CALLS];

    for (const [size, expected] of Object.entries(byShape)) {
      const shape = size.split("x").map(Number);
      if (Array.isArray(expected)) {
        test(`${call} on ${size}`, () => {
          assert.equal(refusal(name, shape, given), undefined);
          checkValues(name, drawn(name, shape, given), expected);
        });
      } else {
        test(`${call} refuses ${size}`, () => assert.match(refusal(name, shape, given) ?? "", /dimensions/));
      }
    }
  }
});

/** The weights of a module in the order in which PyTorch draws them. */
type Draws = readonly (readonly [weight: string, fill: Fill])[];

const LINEAR = (fan_in: number, prefix = ""): Draws => [
  [`${prefix}weight`, weightDefault],
  [`${prefix}bias`, biasDefault(fan_in)],
];

const RECURRENT = (hidden_size: number, ...suffixes: readonly string[]): Draws =>
  suffixes.flatMap((suffix) =>
    ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map(
      (weight) => [`${weight}_${suffix}`, recurrentDefault(hidden_size)] as const,
    ),
  );

// out_proj is drawn as a Linear of its own before in_proj; then both biases are set to 0.
const ATTENTION = (embed_dim: number, prefix = ""): Draws => [
  [`${prefix}out_proj.weight`, weightDefault],
  [`${prefix}out_proj.bias`, discardedDefault(embed_dim)],
  [`${prefix}in_proj_weight`, attentionDefault],
  [`${prefix}in_proj_bias`, zerosDefault],
];

const NORM = (prefix = ""): Draws => [
  [`${prefix}weight`, onesDefault],
  [`${prefix}bias`, zerosDefault],
];

const state = reference["modules, seed 7: state_dict in order"];

const MODULES: Readonly<Record<keyof typeof state, Draws>> = {
  "Linear(3, 5)": LINEAR(3),
  "Linear(3, 5, bias=False)": [["weight", weightDefault]],
  "Conv1d(2, 3, 3)": LINEAR(2 * 3),
  "Conv2d(2, 4, (3, 2), groups=2)": LINEAR(1 * 3 * 2),
  "Embedding(5, 4)": [["weight", embeddingDefault()]],
  "Embedding(5, 4, padding_idx=2)": [["weight", embeddingDefault(2)]],
  "RNN(3, 4)": RECURRENT(4, "l0"),
  "LSTM(3, 2, num_layers=2)": RECURRENT(2, "l0", "l1"),
  "GRU(3, 2, bidirectional=True)": RECURRENT(2, "l0", "l0_reverse"),
  "MultiheadAttention(4, 2)": ATTENTION(4),
  "TransformerEncoderLayer(4, 2, dim_feedforward=6)": [
    ...ATTENTION(4, "self_attn."),
    ...LINEAR(4, "linear1."),
    ...LINEAR(6, "linear2."),
    ...NORM("norm1."),
    ...NORM("norm2."),
  ],
  "PReLU()": [["weight", constantDefault(0.25)]],
  "BatchNorm1d(3)": [
    ...NORM(),
    ["running_mean", zerosDefault],
    ["running_var", onesDefault],
    ["num_batches_tracked", zerosDefault],
  ],
  "Sequential(Linear(2, 3), Tanh(), Linear(3, 1))": [...LINEAR(2, "0."), ...LINEAR(3, "2.")],
};

suite("defaults give what PyTorch's modules start from", () => {
  for (const [module, draws] of Object.entries(MODULES)) {
    test(module, () => {
      const expected: Readonly<Record<string, { shape: Shape; values: number[] }>> =
        state[module as keyof typeof state];
      assert.deepEqual(draws.map(([weight]) => weight).sort(), Object.keys(expected).sort());

      const generator = new Generator(SEED);
      for (const [weight, fill] of draws) {
        const { shape, values } = expected[weight] ?? { shape: [], values: [] };
        const out = new Float32Array(values.length);
        fill(generator, out, shape);
        assert.deepEqual([...out], values, weight);
      }
    });
  }
});

suite("calculateGain", () => {
  test("gives the gains of PyTorch's table", () => {
    assert.equal(calculateGain("linear"), 1);
    assert.equal(calculateGain("conv2d"), 1);
    assert.equal(calculateGain("sigmoid"), 1);
    assert.equal(calculateGain("tanh"), 5 / 3);
    assert.equal(calculateGain("relu"), Math.SQRT2);
    assert.equal(calculateGain("leaky_relu"), Math.sqrt(2 / (1 + 0.01 ** 2)));
    assert.equal(calculateGain("leaky_relu", 1), 1);
    assert.equal(calculateGain("selu"), 0.75);
  });
});

suite("fans", () => {
  test("counts the elements of the kernel in", () => {
    assert.deepEqual(fans([5, 3]), { fan_in: 3, fan_out: 5 });
    assert.deepEqual(fans([4, 2, 3, 3]), { fan_in: 18, fan_out: 36 });
  });
});

suite("initialisers", () => {
  test("that need fans refuse a vector", () => {
    for (const name of ["xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"] as const) {
      assert.equal(refusal(name, [5]), "fan_in and fan_out need at least 2 dimensions, but the shape is [5]");
    }
    assert.match(refusal("orthogonal", [5]) ?? "", /at least 2 dimensions, but the shape is \[5\]/);
  });

  test("that biases may use accept a vector", () => {
    for (const name of BIAS_INITS) {
      const given = name === "constant" ? { val: 3 } : {};
      assert.equal(refusal(name, [4], given), undefined);
      assert.ok(drawn(name, [4], given).every(Number.isFinite));
    }
  });

  test("without randomness draw nothing", () => {
    const calls: [InitName, Shape, Arguments, number[]][] = [
      ["constant", [2, 2], { val: 0.1 }, [0, 0, 0, 0].fill(Math.fround(0.1))],
      ["zeros", [3], {}, [0, 0, 0]],
      ["ones", [3], {}, [1, 1, 1]],
      ["eye", [2, 3], {}, [1, 0, 0, 0, 1, 0]],
      ["dirac", [2, 1, 2], {}, [0, 1, 0, 0]],
    ];
    for (const [name, shape, given, expected] of calls) {
      const generator = new Generator(SEED);
      assert.deepEqual(drawn(name, shape, given, generator), expected);
      assert.equal(generator.bits32(), new Generator(SEED).bits32());
    }
  });

  test("dirac passes on each group's channels", () => {
    // [4 outputs, 1 channel, 3 taps] in 2 groups: the first output of each group is the identity, the second is 0.
    assert.deepEqual(drawn("dirac", [4, 1, 3], { groups: 2 }), [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    assert.match(refusal("dirac", [3, 1, 3], { groups: 2 }) ?? "", /that 2 groups can share/);
  });

  for (const shape of [
    [1, 1],
    [1, 5],
    [5, 1],
    [30, 30],
    [40, 9],
    [3, 4, 5],
  ]) {
    test(`orthogonal on [${shape.join(", ")}] has orthonormal rows or columns`, () => {
      const [rows = 0] = shape;
      const columns = sizeOf(shape) / rows;
      const W = drawn("orthogonal", shape);
      const wide = rows < columns;
      const at = (v: number, i: number): number => W[wide ? v * columns + i : i * columns + v] ?? NaN;
      for (let v = 0; v < Math.min(rows, columns); v++) {
        for (let w = 0; w <= v; w++) {
          let dot = 0;
          for (let i = 0; i < Math.max(rows, columns); i++) dot += at(v, i) * at(w, i);
          assert.ok(Math.abs(dot - (v === w ? 1 : 0)) < 1e-6); // elements are single precision
        }
      }
    });
  }

  test("trunc_normal stays within its bounds, near the peak and in the tail", () => {
    for (const given of [
      { mean: 0, std: 1, a: -0.5, b: 0.5 },
      { mean: 0, std: 1, a: 3, b: 4 },
      { mean: 0, std: 5, a: -2, b: 2 },
      { mean: 1, std: 1, a: 1, b: 1 },
    ]) {
      assert.ok(drawn("trunc_normal", [10, 10], given).every((x) => x >= given.a && x <= given.b));
    }
  });

  test("trunc_normal in a tail is PyTorch's", () => {
    // torch.manual_seed(7); torch.nn.init.trunc_normal_(torch.empty(4), mean=0.0, std=1.0, a=1.0, b=3.0)
    assert.deepEqual(
      drawn("trunc_normal", [4], { a: 1, b: 3 }),
      [1.7306323051452637, 1.397606372833252, 1.4663009643554688, 1.2155730724334717],
    );
  });

  test("trunc_normal refuses bounds that hold next to nothing, or nothing", () => {
    assert.match(refusal("trunc_normal", [4], { mean: 1000, std: 0.1 }) ?? "", /reject nearly all/);
    assert.equal(
      refusal("trunc_normal", [4], { a: 2, b: 1 }),
      "trunc_normal needs a ≤ b, but a is 2 and b is 1",
    );
    assert.equal(refusal("uniform", [4], { a: 2, b: 1 }), "uniform needs a ≤ b, but a is 2 and b is 1");
  });

  test("sparse has as many zeros in each column as asked for", () => {
    const W = drawn("sparse", [10, 4], { sparsity: 0.25 });
    for (let column = 0; column < 4; column++) {
      assert.equal(W.filter((x, i) => i % 4 === column && x === 0).length, 3); // ⌈0.25 · 10⌉
    }
    assert.ok(drawn("sparse", [3, 3], { sparsity: 1 }).every((x) => x === 0));
  });

  test("are found by name and by alias", () => {
    for (const [name, type] of Object.entries(inits)) assert.equal(initNamed(name), type);
    for (const [alias, name] of Object.entries(initAliases)) assert.equal(initNamed(alias), inits[name]);
    assert.equal(initNamed("default"), undefined);
    assert.equal(initNamed("constructor"), undefined);
  });

  test("fill empty tensors with nothing", () => {
    for (const [name, given] of Object.entries({ normal: {}, uniform: {}, zeros: {}, orthogonal: {} })) {
      assert.deepEqual(drawn(name as InitName, [0, 3], given), []);
    }
  });
});
