import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Graph } from "../../src/engine/graph/graph.ts";
import { layers } from "../../src/engine/layers/index.ts";
import type { Op } from "../../src/engine/ops/op.ts";
import type { LayerSpec } from "../../src/engine/spec.ts";
import { type Shape, sizeOf } from "../../src/engine/tensor.ts";
import reference from "../reference/conv.json" with { type: "json" };
import { assertClose } from "../support/golden.ts";
import { OpBench } from "../support/gradcheck.ts";
import { type Given, layer, readLayer } from "../support/readLayer.ts";

/** fill(shape, a, phase) of the reference. */
const fill = (n: number, a = 1, phase = 0.3): Float64Array =>
  Float64Array.from({ length: n }, (_, k) => a * Math.sin(phase + 0.7 * k + 0.31 * k * k));

/** The one op that a layer records. */
function opOf(spec: LayerSpec): { op: Op; shapes: readonly Shape[]; attrs: unknown } {
  const { forward, weights } = layers[spec.type];
  const graph = new Graph(true);
  const values = (weights?.(spec.params, spec.input) ?? []).map(({ name, role, shape }) => [
    name,
    graph.weight(role === "buffer" ? "buffer" : "parameter", name, shape),
  ]);
  forward(
    graph,
    spec.params,
    Object.fromEntries(values) as Parameters<typeof forward>[2],
    graph.input([reference.batch, ...spec.input]),
  );
  assert.equal(graph.nodes.length, 1);
  const [{ op, inputs, attrs }] = graph.nodes;
  return { op, shapes: inputs.map(({ shape }) => shape), attrs };
}

suite("values and gradients in float64 are PyTorch's", () => {
  for (const { type, input, params, y, gradients } of reference.values) {
    test(`${type} on [${input.join(", ")}] ${JSON.stringify(params)}`, () => {
      const { op, shapes, attrs } = opOf(layer(type, input, params));
      const bench = new OpBench(op, { shapes, attrs });
      const x = fill(sizeOf(shapes[0]));
      bench.set(bench.inputs[0], type.startsWith("MaxPool") ? x.map((v) => Math.round(2 * v) / 2) : x);
      gradients
        .slice(1)
        .forEach(({ length }, i) => bench.set(bench.inputs[1 + i], fill(length, 0.5, 0.1 + 0.2 * i)));
      assertClose(bench.forward(), y, "y");
      const found = bench.backward(
        fill(y.length, 1, 1.1),
        shapes.map((_, i) => i < gradients.length),
      );
      gradients.forEach((gradient, i) => assertClose(found[i] ?? [], gradient, `gradient ${i}`));
    });
  }
});

suite("shapes are inferred, or refused, as by PyTorch", () => {
  for (const type of new Set(reference.shapes.map(([type]) => type as string))) {
    test(type, () => {
      const rows = reference.shapes.filter(([name]) => name === type) as unknown as readonly (readonly [
        string,
        Shape,
        Given,
        Shape | null,
      ])[];
      for (const [, input, given, output] of rows) {
        const spec = readLayer(type, input, given);
        const found = typeof spec === "string" ? null : spec.output;
        assert.deepEqual(found, output, `${JSON.stringify([input, given])}: ${JSON.stringify(spec)}`);
      }
    });
  }
});
