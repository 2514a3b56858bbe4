import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { initialWeights } from "../../src/engine/init/initialWeights.ts";
import { layers } from "../../src/engine/layers/index.ts";
import { buildNetwork, typeOf } from "../../src/engine/graph/network.ts";
import type { RecurrentAttrs } from "../../src/engine/ops/cell.ts";
import { gru, lstm, rnnRelu, rnnTanh } from "../../src/engine/ops/recurrent.ts";
import { type Shape, ShapeError, sizeOf } from "../../src/engine/tensor.ts";
import reference from "../reference/recurrent.json" with { type: "json" };
import seeds from "../reference/seeds.json" with { type: "json" };
import { assertClose, fill as goldenFill, reference as golden } from "../support/golden.ts";
import { OpBench, sampleInputs } from "../support/gradcheck.ts";
import { LayerBench, layerOf, modelOf } from "../support/layerBench.ts";
import { directions } from "../support/random.ts";
import { spelled } from "../support/spelled.ts";

type Params = Readonly<Record<string, unknown>>;

/** fill(shape, a, phase) of the reference. */
const fill = (n: number, a = 1, phase = 0.3): Float64Array =>
  Float64Array.from({ length: n }, (_, k) => a * Math.sin(phase + 0.7 * k + 0.31 * k * k));

interface Case {
  readonly type: string;
  readonly params: Params;
  readonly input: Shape;
  readonly y: readonly number[];
  readonly time: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/** A Linear layer, so that the gradient of the second layer's input is seen in its weights, and the layer. */
function benchOf({ type, params, input, gradients }: Case, training = true): LayerBench {
  const chain = [
    layerOf("first", "Linear", { out_features: input[1] }, input),
    layerOf("layer", type, params, input),
  ];
  const bench = new LayerBench(chain, reference.batch, training);
  Object.entries(gradients).forEach(([key, { length }], i) =>
    bench.set(key, fill(length, 0.9, 0.1 + 0.2 * i)),
  );
  return bench;
}

suite("recurrent layers in float64 are PyTorch's", () => {
  for (const one of reference.cases as unknown as readonly Case[]) {
    test(`${one.type} on [${one.input.join(", ")}] ${JSON.stringify(one.params)}`, () => {
      const bench = benchOf(one);
      const x = fill(reference.batch * sizeOf(one.input));
      assertClose(bench.forward(x), one.y, "y");
      const gradients = bench.backward(fill(one.y.length, 1, 1.1));
      assert.deepEqual([...gradients.keys()], Object.keys(one.gradients));
      for (const [key, gradient] of gradients) assertClose(gradient, one.gradients[key], key);
      assertClose(bench.times(), one.time, "time");
      assertClose(benchOf(one, false).forward(x), one.y, "y in eval() mode");
    });
  }
});

const plain: RecurrentAttrs = { reverse: false, truncate: 0, last: false, instrumented: false };

suite("recurrent ops in float64 are PyTorch's", () => {
  for (const [name, op] of Object.entries({ rnn_tanh: rnnTanh, lstm, gru })) {
    test(name, () => {
      const { out, dx, dparams, params } = golden[name] as {
        out: readonly number[];
        dx: readonly number[];
        dparams: Readonly<Record<string, readonly number[]>>;
        params: readonly (readonly [string, Shape])[];
      };
      const shapes = [[1, 4, 2], ...params.map(([, shape]) => shape)];
      const bench = new OpBench(op, { shapes, attrs: plain });
      bench.inputs.forEach((input, i) =>
        bench.set(input, i === 0 ? goldenFill(input.size) : goldenFill(input.size, 0.5, 0.1 + 0.2 * (i - 1))),
      );
      assertClose(bench.forward(), out, "out");
      const wanted = shapes.map(() => true);
      const gradients = bench.backward(goldenFill(bench.out.size, 1, 1.1), wanted);
      [dx, ...params.map(([key]) => dparams[key])].forEach((expected, i) =>
        assertClose(gradients[i] ?? [], expected, `gradient of input ${i}`),
      );
    });
  }
});

const table = { rnnTanh: [rnnTanh, 1], rnnRelu: [rnnRelu, 1], lstm: [lstm, 4], gru: [gru, 3] } as const;

suite("the last output alone", () => {
  const [batch, steps, width, units] = [2, 5, 3, 4];
  for (const [name, [op, gates]] of Object.entries(table)) {
    const shapes = [
      [batch, steps, width],
      [gates * units, width],
      [gates * units, units],
    ];
    for (const reverse of [false, true]) {
      for (const truncate of [0, 2]) {
        test(`${name} ${JSON.stringify({ reverse, truncate })}: is that of all of them, and so are its gradients`, () => {
          const runs = [true, false].map((last) => {
            const sample = { shapes, attrs: { ...plain, reverse, truncate, last } };
            const bench = new OpBench(op, sample);
            sampleInputs(sample, 3).forEach((values, i) => bench.set(bench.inputs[i], values));
            const out = bench.forward();
            const dy = fill(batch * units);
            if (last) return { out: [...out], gradients: bench.backward(dy, [true, true, true]) };
            const at = (b: number) => (b * steps + steps - 1) * units;
            const all = new Float64Array(out.length);
            for (let b = 0; b < batch; b++) all.set(dy.subarray(b * units, (b + 1) * units), at(b));
            const lasts = Array.from({ length: batch }, (_, b) => [...out.slice(at(b), at(b) + units)]);
            return { out: lasts.flat(), gradients: bench.backward(all, [true, true, true]) };
          });
          assert.deepEqual(runs[0].out, runs[1].out);
          runs[0].gradients.forEach((gradient, i) =>
            assertClose(gradient ?? [], [...(runs[1].gradients[i] ?? [])], `gradient of input ${i}`),
          );
        });
      }
    }
  }
});

suite("a truncated gradient", () => {
  const [batch, steps, width, units] = [2, 7, 3, 2];
  const dOut = Float64Array.from({ length: batch * steps * units }, directions(5));

  /** Whether element i of [batch, steps, n] belongs to a step from `from` up to, not including, `to`. */
  const within = (i: number, n: number, from: number, to: number): boolean => {
    const t = Math.floor(i / n) % steps;
    return from <= t && t < to;
  };

  for (const [name, [op, gates]] of Object.entries(table)) {
    const shapes = [
      [batch, steps, width],
      [gates * units, width],
      [gates * units, units],
    ];
    const gradients = (attrs: RecurrentAttrs, dy: Float64Array) => {
      const sample = { shapes, attrs };
      const bench = new OpBench(op, sample);
      sampleInputs(sample, 3).forEach((values, i) => bench.set(bench.inputs[i], values));
      bench.forward();
      return bench.backward(dy, [true, true, true]);
    };

    for (const [reverse, pieces] of [
      [
        false,
        [
          [0, 3],
          [3, 6],
          [6, 7],
        ],
      ],
      [
        true,
        [
          [4, 7],
          [1, 4],
          [0, 1],
        ],
      ],
    ] as const) {
      test(`${name}${reverse ? " in reverse" : ""}: of the input, that of each piece's own outputs`, () => {
        const [dx = []] = gradients({ ...plain, reverse, truncate: 3 }, dOut);
        for (const [from, to] of pieces) {
          // An output of this piece depends on inputs of earlier pieces through the state alone, which is what is cut.
          const own = dOut.map((dy, i) => (within(i, units, from, to) ? dy : 0));
          const [expected = []] = gradients({ ...plain, reverse }, own);
          const part = (all: ArrayLike<number>) =>
            Array.from(all).filter((_, i) => within(i, width, from, to));
          assertClose(part(dx), part(expected), `steps ${from} to ${to}`);
        }
      });
    }

    test(`${name}: is the whole one where the sequence is not longer`, () => {
      assert.deepEqual(gradients({ ...plain, truncate: steps }, dOut), gradients(plain, dOut));
    });
  }
});

const state = seeds["modules, seed 7: state_dict in order"];

suite("the initial weights of", () => {
  for (const [name, [type, params]] of Object.entries({
    "RNN(3, 4)": ["RNN", { hidden_size: 4 }],
    "LSTM(3, 2, num_layers=2)": ["LSTM", { hidden_size: 2, num_layers: 2 }],
    "GRU(3, 2, bidirectional=True)": ["GRU", { hidden_size: 2, bidirectional: true }],
  } as const)) {
    test(`${name} are PyTorch's, in the order of its state_dict`, () => {
      const expected: Readonly<Record<string, { shape: Shape; values: readonly number[] }>> =
        state[name as keyof typeof state];
      const layer = layerOf("m", type, params, [5, 3]);
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

  test("a layer with init and bias_init: every matrix, every bias", () => {
    const layer = {
      ...layerOf("m", "LSTM", { hidden_size: 2, num_layers: 2, bidirectional: true }, [5, 3]),
      init: { type: "zeros", params: {} },
      bias_init: { type: "ones", params: {} },
    };
    const weights = initialWeights(modelOf([layer]), layers);
    assert.equal(weights.size, 16);
    for (const [key, values] of weights) {
      const value = key.startsWith("m.bias") ? 1 : 0;
      assert.ok(
        values.every((w) => w === value),
        key,
      );
    }
  });
});

suite("recurrent layers", () => {
  test("give the last output or all of them, both directions side by side", () => {
    const outputOf = (params: Params) => layerOf("m", "GRU", { hidden_size: 9, ...params }, [6, 4]).output;
    assert.deepEqual(outputOf({}), [9]);
    assert.deepEqual(outputOf({ bidirectional: true }), [18]);
    assert.deepEqual(outputOf({ output: "sequence" }), [6, 9]);
    assert.deepEqual(outputOf({ output: "sequence", bidirectional: true }), [6, 18]);
  });

  test("refuse what is not a sequence of vectors", () => {
    for (const input of [[8], [2, 5, 8]]) {
      assert.throws(() => layerOf("m", "LSTM", { hidden_size: 2 }, input), {
        name: ShapeError.name,
        message: `LSTM needs [time, features], but gets [${input.join(", ")}]`,
      });
    }
  });

  test("of an LSTM begin with the forget gate as open as it is asked for, in every layer and direction", () => {
    const params = { hidden_size: 3, num_layers: 2, bidirectional: true };
    const layerWith = (more: Params) => layerOf("m", "LSTM", { ...params, ...more }, [6, 4]);
    const [plain, open] = [{}, { forget_bias: 2.5 }].map((more) =>
      initialWeights(modelOf([layerWith(more)]), layers),
    );
    for (const [name, values] of open) {
      const [before, gate] = [plain.get(name) ?? [], name.includes("bias") ? [3, 6] : [0, 0]];
      for (const [i, value] of values.entries()) {
        const isForget = i >= gate[0] && i < gate[1];
        assert.equal(value, isForget ? (name.includes("bias_ih") ? 2.5 : 0) : before[i], `${name}[${i}]`);
      }
    }
    assert.throws(() => layerWith({ forget_bias: 1, bias: false }), {
      message: "forget_bias sets a bias, but bias is false",
    });
  });

  test("drop out between their layers, while training", () => {
    const opsOf = (params: Params, training: boolean) => {
      const layer = layerOf("m", "RNN", { hidden_size: 2, dropout: 0.3, ...params }, [3, 4]);
      return buildNetwork(modelOf([layer]), 2, training).graph.nodes.map(({ op }) => op.name);
    };
    const three = { num_layers: 3, output: "sequence", nonlinearity: "relu" };
    assert.deepEqual(opsOf(three, true), ["rnnRelu", "dropout", "rnnRelu", "dropout", "rnnRelu"]);
    assert.deepEqual(opsOf(three, false), ["rnnRelu", "rnnRelu", "rnnRelu"]);
    assert.deepEqual(opsOf({}, true), ["rnnTanh"]);
    assert.deepEqual(opsOf({ num_layers: 2, bidirectional: true }, true), [
      ...["rnnTanh", "rnnTanh", "concat", "dropout"],
      ...["rnnTanh", "rnnTanh", "concat"],
    ]);
  });

  test("are spelled as in PyTorch", () => {
    assert.equal(
      spelled(layerOf("m", "LSTM", { hidden_size: 9, num_layers: 2 }, [6, 4])),
      "nn.LSTM(4, 9, num_layers=2, batch_first=True)",
    );
    assert.equal(
      spelled(layerOf("m", "RNN", { hidden_size: 9, nonlinearity: "relu", truncate: 5 }, [6, 4])),
      'nn.RNN(4, 9, nonlinearity="relu", batch_first=True)',
    );
    assert.equal(
      spelled(
        layerOf(
          "m",
          "GRU",
          { hidden_size: 9, bias: false, dropout: 0.1, bidirectional: true, output: "sequence" },
          [6, 4],
        ),
      ),
      "nn.GRU(4, 9, bias=False, batch_first=True, dropout=0.1, bidirectional=True)",
    );
  });
});
