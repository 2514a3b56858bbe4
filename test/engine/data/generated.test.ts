import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { GeneratedSet, TargetKind, DataRequirements } from "../../../src/engine/data/data.ts";
import { dataSets } from "../../../src/engine/data/index.ts";
import { Generator } from "../../../src/engine/rng/generator.ts";
import { sizeOf, type Shape } from "../../../src/engine/tensor.ts";
import seeds from "../../reference/seeds.json" with { type: "json" };
import { argumentsOf, generate, refuses, required } from "../../support/data.ts";

const sets = Object.fromEntries(
  Object.entries(dataSets).filter((entry): entry is [string, GeneratedSet] => entry[1].kind === "generated"),
);

/** A model that each generated set fits, for each kind of target that it has. */
const FITTING: Readonly<Record<string, readonly (readonly [Shape, Shape, TargetKind])[]>> = {
  xor: [
    [[2], [2], "class"],
    [[2], [1], "binary"],
    [[2], [1], "number"],
    [[2], [2], "number"],
  ],
  spiral: [
    [[2], [3], "class"],
    [[2], [1], "binary"],
    [[2], [2], "binary"],
  ],
  two_moons: [
    [[2], [2], "class"],
    [[2], [1], "binary"],
  ],
  circles: [
    [[2], [2], "class"],
    [[2], [1], "binary"],
  ],
  blobs: [
    [[5], [4], "class"],
    [[2, 3], [1], "binary"],
    [[2], [3], "number"],
  ],
  regression_sine: [[[1], [1], "number"]],
  gaussian: [
    [[3, 2], [4], "class"],
    [[7], [2, 3], "number"],
    [[7], [3], "binary"],
    [[2, 2], [5, 3], "class"],
  ],
  adding_problem: [[[10, 2], [1], "number"]],
  copy_memory: [
    [[25, 10], [25, 10], "class"],
    [[25], [25, 12], "class"],
    [[25, 10], [25, 10], "binary"],
  ],
  parity: [
    [[6, 1], [2], "class"],
    [[6], [1], "binary"],
  ],
};

suite("every generated data set", () => {
  for (const [name, set] of Object.entries(sets)) {
    for (const [input, output, targets] of FITTING[name] ?? []) {
      const asked = required(input, output, targets);
      test(`${name} for ${targets} targets of [${output.join(", ")}] is complete, finite and the same for the same seed`, () => {
        const data = generate(set, { samples: 50 }, asked, 3);
        checkDataset(data, asked);
        assert.deepEqual(generate(set, { samples: 50 }, asked, 3), data);
        assert.notDeepEqual(generate(set, { samples: 50 }, asked, 4).inputs, data.inputs);
      });
    }
    test(`${name} refuses a model with another input, and more samples than fit`, () => {
      const [[input, output, targets]] = FITTING[name];
      const asked = required(
        name === "gaussian" || name === "blobs" ? [2 ** 20] : [input[0] + 1, 7],
        output,
        targets,
      );
      refuses(
        () => set.check(argumentsOf(set, { samples: 10_000_000 }), asked),
        /"input" is \[|at most \d+ fit|output is/,
      );
    });
  }
});

function checkDataset(
  data: ReturnType<GeneratedSet["generate"]>,
  { input, output, targets }: DataRequirements,
): void {
  assert.deepEqual(data.input, input);
  assert.deepEqual(data.target, targets === "class" ? output.slice(0, -1) : output);
  assert.equal(data.inputs.length, data.samples * sizeOf(input));
  assert.equal(data.targets.length, data.samples * sizeOf(data.target));
  assert.ok(data.inputs.every(Number.isFinite) && data.targets.every(Number.isFinite));
  const classes = output.at(-1) ?? 0;
  if (targets === "class")
    assert.ok(data.targets.every((id) => Number.isInteger(id) && id >= 0 && id < classes));
  if (targets === "binary") assert.ok(data.targets.every((t) => t === 0 || t === 1));
}

/** The points of the plane in a data set, with their classes. */
const points = (
  set: GeneratedSet,
  given: Record<string, unknown>,
  classes = 2,
): [x: number, y: number, id: number][] => {
  const { inputs, targets } = generate(set, given, required([2], [classes], "class"));
  return [...targets].map((id, i) => [inputs[2 * i], inputs[2 * i + 1], id]);
};

const near = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) < 1e-6, `${found} is not ${expected}`); // coordinates near 1 in single precision

suite("generated data without noise lie where they are said to", () => {
  test("xor: the corners in turn, class a ≠ b", () => {
    const corners = points(sets.xor, { samples: 5, noise: 0 });
    assert.deepEqual(corners, [
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0],
      [0, 0, 0],
    ]);
  });

  test("spiral: the angle is 2π(turns · radius + class/classes)", () => {
    for (const [x, y, id] of points(sets.spiral, { samples: 90, noise: 0, classes: 3, turns: 0.8 }, 3)) {
      const radius = Math.hypot(x, y);
      const angle = 2 * Math.PI * (0.8 * radius + id / 3);
      near(x, radius * Math.cos(angle));
      near(y, radius * Math.sin(angle));
      assert.ok(radius <= 1);
    }
  });

  test("two_moons: half circles around (0, 0) and (1, ½)", () => {
    for (const [x, y, id] of points(sets.two_moons, { samples: 60, noise: 0 })) {
      near(id === 0 ? Math.hypot(x, y) : Math.hypot(x - 1, y - 0.5), 1);
      assert.ok(id === 0 ? y >= -1e-6 : y <= 0.5 + 1e-6);
    }
  });

  test("circles: radius 1 and factor", () => {
    for (const [x, y, id] of points(sets.circles, { samples: 60, noise: 0, factor: 0.3 })) {
      near(Math.hypot(x, y), id === 0 ? 1 : 0.3);
    }
  });

  test("blobs: as many different centres as the model has outputs", () => {
    const { inputs } = generate(sets.blobs, { samples: 40, cluster_std: 0 }, required([1], [4], "class"));
    assert.equal(new Set(inputs).size, 4);
    assert.ok(inputs.every((x) => Math.abs(x) <= 10));
  });

  test("regression_sine: y = sin(frequency · x)", () => {
    const { inputs, targets } = generate(
      sets.regression_sine,
      { noise: 0, frequency: 2 },
      required([1], [1], "number"),
    );
    inputs.forEach((x, i) => near(targets[i], Math.sin(2 * x)));
  });

  test("noise has the standard deviation that was asked for", () => {
    const given = { samples: 20_000, noise: 0.25 };
    const distances = points(sets.xor, given).map(
      ([x, y], i) => (x - ((i >> 1) & 1)) ** 2 + (y - (i & 1)) ** 2,
    );
    const variance = distances.reduce((sum, d) => sum + d, 0) / (2 * given.samples);
    assert.ok(Math.abs(Math.sqrt(variance) - 0.25) < 0.005); // 4 standard errors of 0.25/√(2 · 40,000)
  });
});

suite("gaussian", () => {
  test("draws the inputs as torch.randn does", () => {
    for (const [seed, { randn }] of Object.entries(seeds.seeds)) {
      const draw = (samples: number, input: Shape): number[] => [
        ...generate(sets.gaussian, { samples }, required(input, [1], "number"), Number(seed)).inputs,
      ];
      assert.deepEqual(draw(5, [1]), randn[5]);
      assert.deepEqual(draw(4, [2, 3]), randn[24]);
    }
  });

  test("draws the targets after the inputs", () => {
    const draw = (targets: TargetKind) =>
      generate(sets.gaussian, { samples: 6 }, required([2], [3], targets)).targets;
    const generator = (): Generator => {
      const after = new Generator(0);
      after.normal(new Float32Array(12), 0, 1);
      return after;
    };
    const [numbers, bits, ids] = [new Float32Array(18), new Float32Array(18), new Float32Array(6)];
    generator().normal(numbers, 0, 1);
    generator().randint(0, 2, bits);
    generator().randint(0, 3, ids);
    assert.deepEqual([draw("number"), draw("binary"), draw("class")], [numbers, bits, ids]);
  });

  test("draws ids of tokens for an embedding", () => {
    const { inputs } = generate(sets.gaussian, { samples: 100 }, { ...required([4], [2], "class"), ids: 3 });
    assert.deepEqual([...new Set(inputs)].sort(), [0, 1, 2]);
  });
});

suite("sequences", () => {
  test("adding_problem marks one value in each half, and the target is their sum", () => {
    const { inputs, targets } = generate(sets.adding_problem, { length: 7 }, required([7, 2], [1], "number"));
    const places = [new Set<number>(), new Set<number>()];
    targets.forEach((sum, i) => {
      const steps = Array.from({ length: 7 }, (_, t) => [
        ...inputs.subarray(14 * i + 2 * t, 14 * i + 2 * t + 2),
      ]);
      const marked = [...steps.keys()].filter((t) => steps[t][1] === 1);
      assert.equal(marked.length, 2);
      assert.ok(marked[0] < 3 && marked[1] >= 3);
      assert.equal(sum, Math.fround(steps[marked[0]][0] + steps[marked[1]][0]));
      marked.forEach((t, half) => places[half].add(t));
    });
    assert.deepEqual(
      places.map(({ size }) => size),
      [3, 4],
    ); // every place is drawn
  });

  test("answering 1 to the adding problem gives a mean squared error of 1/6", () => {
    const { targets } = generate(sets.adding_problem, { samples: 20_000 }, required([50, 2], [1], "number"));
    const mse = targets.reduce((sum, t) => sum + (t - 1) ** 2, 0) / targets.length;
    assert.ok(Math.abs(mse - 1 / 6) < 0.006); // 4 standard errors: √(E e⁴ − 1/36) / √20,000 = 0.0014
  });

  test("copy_memory repeats the first ten symbols after the sign", () => {
    const { inputs, targets } = generate(
      sets.copy_memory,
      { samples: 1, length: 4 },
      required([24], [24, 10], "class"),
    );
    const symbols = [...inputs.subarray(0, 10)];
    assert.ok(symbols.every((symbol) => symbol < 8));
    assert.deepEqual([...inputs], [...symbols, 8, 8, 8, 9, ...Array<number>(10).fill(8)]);
    assert.deepEqual([...targets], [...Array<number>(14).fill(8), ...symbols]);
  });

  test("copy_memory one-hot holds the same symbols", () => {
    const ids = generate(sets.copy_memory, { samples: 3 }, required([22], [22, 10], "class"));
    const oneHot = generate(sets.copy_memory, { samples: 3 }, required([22, 10], [22, 10], "number"));
    const decode = (x: Float32Array): number[] =>
      Array.from({ length: x.length / 10 }, (_, i) => x.subarray(10 * i, 10 * i + 10).indexOf(1));
    assert.deepEqual(decode(oneHot.inputs), [...ids.inputs]);
    assert.deepEqual(decode(oneHot.targets), [...ids.targets]);
    assert.equal(
      oneHot.inputs.reduce((sum, x) => sum + x, 0),
      66,
    );
  });

  test("parity: the class is 1 where an odd number of bits is set", () => {
    const { inputs, targets } = generate(
      sets.parity,
      { samples: 200, length: 5 },
      required([5, 1], [2], "class"),
    );
    targets.forEach((id, i) =>
      assert.equal(id, inputs.subarray(5 * i, 5 * i + 5).reduce((sum, bit) => sum + bit, 0) % 2),
    );
    assert.deepEqual([...new Set(inputs)].sort(), [0, 1]);
  });
});

suite("a model that a generated set does not fit is refused in words", () => {
  const check =
    (name: string, given: Record<string, unknown>, ...asked: Parameters<typeof required>) =>
    () =>
      generate(sets[name], given, required(...asked));

  const cases: readonly (readonly [() => unknown, string])[] = [
    [check("xor", {}, [3], [2], "class"), `the samples have the shape [2], but the model's "input" is [3]`],
    [
      check("spiral", { classes: 3 }, [2], [2], "class"),
      "the data have 3 classes, one for each sample, but the model has 2 outputs: expected 3",
    ],
    [
      check("spiral", { classes: 3 }, [2], [1], "binary"),
      "the data have 3 classes, one for each sample, but the model's output is [1]: expected [3] (1 for the class, else 0)",
    ],
    [
      check("circles", {}, [2], [4, 2], "class"),
      "the data have 2 classes, one for each sample, but the model's output is [4, 2]: expected [2]",
    ],
    [
      check("two_moons", {}, [2], [5], "binary"),
      "the data have 2 classes, one for each sample, but the model's output is [5]: expected [1] (0 or 1)",
    ],
    [
      check("regression_sine", {}, [1], [2], "class"),
      "regression_sine is a regression, its targets are numbers: expected a loss such as MSELoss",
    ],
    [
      check("adding_problem", {}, [9, 2], [2], "number"),
      "adding_problem has one target for each sample, but the model's output is [2]: expected [1]",
    ],
    [
      check("adding_problem", { length: 8 }, [9, 2], [1], "number"),
      `the data are sequences of shape [8, 2], but the model's "input" is [9, 2]`,
    ],
    [
      check("adding_problem", {}, [1, 2], [1], "number"),
      "the adding problem needs at least 2 time steps, one for each marker",
    ],
    [
      check("copy_memory", {}, [30, 9], [30, 10], "class"),
      `the data are sequences of shape [steps, 10] or [steps], but the model's "input" is [30, 9]`,
    ],
    [
      check("copy_memory", {}, [20], [20, 10], "class"),
      `copy_memory needs more than 20 time steps, but the model's "input" is [20]`,
    ],
    [
      check("copy_memory", {}, [30], [10], "class"),
      "copy_memory has a target at every time step, but the model's output is [10]: expected [30, 10]",
    ],
    [
      check("parity", { length: 4 }, [5], [2], "class"),
      `the data are sequences of shape [4, 1] or [4], but the model's "input" is [5]`,
    ],
  ];
  for (const [run, message] of cases) test(message, () => refuses(run, message));
});
