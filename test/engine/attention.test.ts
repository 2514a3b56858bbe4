import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { initialWeights } from "../../src/engine/init/initialWeights.ts";
import { layers } from "../../src/engine/layers/index.ts";
import { buildNetwork, typeOf } from "../../src/engine/graph/network.ts";
import type { Selection } from "../../src/engine/params.ts";
import type { LayerSpec } from "../../src/engine/spec.ts";
import { type Shape, ShapeError, sizeOf } from "../../src/engine/tensor.ts";
import reference from "../reference/attention.json" with { type: "json" };
import seeds from "../reference/seeds.json" with { type: "json" };
import { assertClose } from "../support/golden.ts";
import { LayerBench, layerOf, modelOf } from "../support/layerBench.ts";
import { spelled } from "../support/spelled.ts";

/** fill(shape, a, phase) of the reference. */
const fill = (n: number, a = 1, phase = 0.3): Float64Array =>
  Float64Array.from({ length: n }, (_, k) => a * Math.sin(phase + 0.7 * k + 0.31 * k * k));

interface Case {
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly input: Shape;
  readonly y: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/** A Linear layer, so that the gradient of the second layer's input is seen in its weights, and the layer. */
const chainOf = ({ type, params, input }: Pick<Case, "type" | "params" | "input">): LayerSpec[] => [
  layerOf("first", "Linear", { out_features: input[1] }, input),
  layerOf("layer", type, params, input),
];

function benchOf(one: Case, training = true): LayerBench {
  const bench = new LayerBench(chainOf(one), reference.batch, training);
  Object.entries(one.gradients).forEach(([key, { length }], i) =>
    bench.set(key, fill(length, 0.5, 0.1 + 0.2 * i)),
  );
  return bench;
}

suite("attention in float64 is PyTorch's", () => {
  for (const one of reference.cases as unknown as readonly Case[]) {
    test(`${one.type} on [${one.input.join(", ")}] ${JSON.stringify(one.params)}`, () => {
      const bench = benchOf(one);
      const x = fill(reference.batch * sizeOf(one.input));
      assertClose(bench.forward(x), one.y, "y");
      const gradients = bench.backward(fill(one.y.length, 1, 1.1));
      assert.deepEqual([...gradients.keys()], Object.keys(one.gradients));
      for (const [key, gradient] of gradients) assertClose(gradient, one.gradients[key], key);
      assertClose(benchOf(one, false).forward(x), one.y, "y in eval() mode");
    });
  }
});

const state = seeds["modules, seed 7: state_dict in order"];

const MODULES = {
  "MultiheadAttention(4, 2)": ["MultiheadAttention", { num_heads: 2 }],
  "TransformerEncoderLayer(4, 2, dim_feedforward=6)": [
    "TransformerEncoderLayer",
    { nhead: 2, dim_feedforward: 6 },
  ],
} as const;

suite("the initial weights of", () => {
  for (const [name, [type, params]] of Object.entries(MODULES)) {
    test(`${name} are PyTorch's, in the order of its state_dict`, () => {
      const expected: Readonly<Record<string, { shape: Shape; values: readonly number[] }>> =
        state[name as keyof typeof MODULES];
      const layer = layerOf("m", type, params, [5, 4]);
      const specs = typeOf(layers, layer).weights?.(layer.params, layer.input) ?? [];
      assert.deepEqual(
        specs.map(({ name, shape }) => [name, shape]),
        Object.entries(expected).map(([name, { shape }]) => [name, shape]),
      );
      const weights = initialWeights(modelOf([layer], 7), layers);
      for (const [key, { values }] of Object.entries(expected)) {
        assert.deepEqual([...(weights.get(`m.${key}`) ?? [])], values, key);
      }
    });
  }

  test("a layer with init: every matrix in the order of the state_dict, no bias, no norm", () => {
    const init: Selection = { type: "normal", params: { mean: 0, std: 1 } };
    const layer = {
      ...layerOf("m", "TransformerEncoderLayer", { nhead: 1, dim_feedforward: 3 }, [5, 2]),
      init,
    };
    const weights = initialWeights(modelOf([layer], 7), layers);
    const plain = initialWeights(modelOf([{ ...layer, init: { type: "zeros", params: {} } }], 7), layers);
    const matrices = [
      "self_attn.in_proj_weight",
      "self_attn.out_proj.weight",
      "linear1.weight",
      "linear2.weight",
    ].map((name) => `m.${name}`);
    for (const [key, values] of plain) {
      if (matrices.includes(key)) assert.ok(values.every((w) => w === 0));
      else assert.deepEqual(weights.get(key), values, key);
    }
    // torch.manual_seed(7), TransformerEncoderLayer(2, 1, 3), then init.normal_ of each of its matrices: W[0, 0]
    assert.deepEqual(
      matrices.map((key) => weights.get(key)?.[0]),
      [-0.7923216819763184, 0.13973794877529144, -0.016321882605552673, 1.616150975227356],
    );
  });
});

suite("layers of attention", () => {
  const shapeOf = (type: string, params: Readonly<Record<string, unknown>>, input: Shape) => () =>
    layerOf("m", type, params, input).output;

  test("name both sides where the heads do not divide the width", () => {
    assert.throws(shapeOf("MultiheadAttention", { num_heads: 3 }, [5, 8]), {
      name: ShapeError.name,
      message: "num_heads 3 does not divide the width 8",
    });
    assert.throws(shapeOf("TransformerEncoderLayer", { nhead: 5 }, [5, 8]), {
      name: ShapeError.name,
      message: "nhead 5 does not divide the width 8",
    });
  });

  test("refuse what is not a sequence of vectors", () => {
    for (const input of [[8], [2, 5, 8]]) {
      assert.throws(
        shapeOf("MultiheadAttention", { num_heads: 2 }, input),
        /needs \[time, features\], but gets \[/,
      );
      assert.throws(
        shapeOf("TransformerEncoderLayer", { nhead: 2 }, input),
        /needs \[time, features\], but gets \[/,
      );
    }
  });

  const opsOf = (type: string, params: Readonly<Record<string, unknown>>, training: boolean) =>
    buildNetwork(modelOf([layerOf("m", type, params, [3, 4])]), 2, training).graph.nodes.map(
      ({ op, attrs }) => (op.name === "attention" ? `attention ${(attrs as { p: number }).p}` : op.name),
    );

  test("drop out where PyTorch does: probabilities, result of the attention, within and after the feed-forward net", () => {
    const dropping = { nhead: 2, dim_feedforward: 3, dropout: 0.3 };
    assert.deepEqual(opsOf("TransformerEncoderLayer", dropping, true), [
      ...["linear", "attention 0.3", "linear", "dropout", "add", "groupNorm"],
      ...["linear", "relu", "dropout", "linear", "dropout", "add", "groupNorm"],
    ]);
    assert.deepEqual(opsOf("TransformerEncoderLayer", { ...dropping, norm_first: true }, false), [
      ...["groupNorm", "linear", "attention 0", "linear", "add"],
      ...["groupNorm", "linear", "relu", "linear", "add"],
    ]);
    assert.deepEqual(opsOf("MultiheadAttention", { num_heads: 2, dropout: 0.3 }, true).slice(1, 2), [
      "attention 0.3",
    ]);
  });

  test("a causal layer gives the same for a step whatever comes after it", () => {
    const one = { type: "MultiheadAttention", params: { num_heads: 2, causal: true }, input: [4, 6] };
    const bench = new LayerBench(chainOf(one), 1);
    for (const [key, { size }] of bench.layout.weights) bench.set(key, fill(size));
    const x = fill(24);
    const before = bench.forward(x);
    const after = bench.forward(x.map((value, i) => (i < 12 ? value : 5 - value)));
    assert.deepEqual(after.slice(0, 12), before.slice(0, 12));
    assert.notDeepEqual(after.slice(12), before.slice(12));
  });

  test("are spelled as in PyTorch", () => {
    assert.equal(
      spelled(layerOf("m", "MultiheadAttention", { num_heads: 3 }, [7, 12])),
      "nn.MultiheadAttention(12, 3, batch_first=True)",
    );
    assert.equal(
      spelled(layerOf("m", "MultiheadAttention", { num_heads: 3, dropout: 0.1, bias: false }, [7, 12])),
      "nn.MultiheadAttention(12, 3, dropout=0.1, bias=False, batch_first=True)",
    );
    assert.equal(
      spelled(layerOf("m", "TransformerEncoderLayer", { nhead: 3 }, [7, 12])),
      "nn.TransformerEncoderLayer(12, 3, batch_first=True)",
    );
    assert.equal(
      spelled(
        layerOf(
          "m",
          "TransformerEncoderLayer",
          { nhead: 3, dim_feedforward: 24, activation: "gelu", norm_first: true },
          [7, 12],
        ),
      ),
      'nn.TransformerEncoderLayer(12, 3, dim_feedforward=24, activation="gelu", batch_first=True, norm_first=True)',
    );
  });
});
