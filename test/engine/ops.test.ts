import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ops } from "../../src/engine/ops/index.ts";
import type { Op } from "../../src/engine/ops/op.ts";
import { checkGradient, differentiable, OpBench, sampleInputs } from "../support/gradcheck.ts";
import { directions } from "../support/random.ts";

const table = Object.entries(ops) as unknown as readonly (readonly [string, Op])[];

suite("every op", () => {
  test("stands in the table under its own name, with samples", () => {
    for (const [name, op] of table) {
      assert.equal(op.name, name);
      assert.ok(op.samples.length > 0, `${name} has no samples`);
    }
  });

  for (const [name, op] of table) {
    for (const [i, sample] of op.samples.entries()) {
      const title = `${name} on ${JSON.stringify(sample.shapes)} ${JSON.stringify(sample.attrs)}`;

      test(`${title}: backward agrees with central differences`, () => checkGradient(op, sample, 1000 + i));

      if (op.identityGradient) continue;

      test(`${title}: a gradient does not depend on which others are wanted, nor on whose memory it may take`, () => {
        const bench = new OpBench(op, sample);
        const inputs = sampleInputs(sample, 50 + i);
        const dOut = Float64Array.from({ length: bench.out.size }, directions(60));
        const backward = (wanted: readonly boolean[], free = false) => {
          bench.inputs.forEach((input, j) => bench.set(input, inputs[j]));
          bench.forward();
          return bench.backward(dOut, wanted, free);
        };
        const wanted = inputs.map((_, j) => differentiable(sample, j));
        const all = backward(wanted);
        inputs.forEach((_, j) => {
          if (!differentiable(sample, j)) return;
          assert.deepEqual(backward(inputs.map((_, other) => other === j))[j], all[j]);
        });
        assert.deepEqual(backward(wanted, true), all);
      });

      test(`${title}: a NaN among the inputs comes out`, () => {
        const bench = new OpBench(op, sample);
        bench.inputs.forEach((input, j) => bench.set(input, sampleInputs(sample, 70)[j]));
        bench.floats[bench.inputs[sample.ids?.input === 0 ? 1 : 0].at] = NaN;
        if (sample.ids)
          bench.set(
            bench.inputs[sample.ids.input],
            bench.get(bench.inputs[sample.ids.input]).map(() => 0),
          );
        assert.ok(bench.forward().some(Number.isNaN));
      });
    }
  }
});
